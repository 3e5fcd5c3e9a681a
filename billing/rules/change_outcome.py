"""Decides what a subscription, as Stripe has it, says of a change of plan that was asked for; it asks nobody."""

from dataclasses import dataclass
from datetime import datetime

from billing.terms import InvoiceStatus, PlanChangeState, SubscriptionStatus

_OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED)


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """How a change stands. `stripe_invoice_id` (`in_…`) is the invoice that it made, empty if none; times are UTC.

    `is_told`: who asked for it has seen how it ended, so that no mail says it.
    """

    state: PlanChangeState
    stripe_invoice_id: str = ""
    pays_until: datetime | None = None
    failure: str = ""
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A change as it was decided: `reference` is its UUID, prices are `price_…`, `pays_until` is UTC."""

    reference: str
    from_price_id: str
    from_quantity: int
    price_id: str
    quantity: int
    is_awaiting_payment: bool = False
    pays_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The subscription as it was fetched. `waiting_for` is the reference of the update that waits for its payment.

    `invoice_status` is of the invoice that the change waits for, empty where it has not been seen.
    """

    status: str
    price_id: str
    quantity: int
    waiting_for: str = ""
    invoice_status: str = ""


def outcome_of(asked: Asked, seen: Seen, *, now: datetime) -> PlanChangeState | None:
    """How the change stands at `now` (business time); None while Stripe shows no trace of it.

    Only the new price counts as done. An update that waits can come to its end in three ways that leave the old
    price: its time is over, its invoice was voided, or something newer took its place.
    """
    if seen.status in _OVER:
        return PlanChangeState.SUPERSEDED
    if (seen.price_id, seen.quantity) == (asked.price_id, asked.quantity):
        return PlanChangeState.SUCCEEDED
    is_expired = asked.pays_until is not None and now >= asked.pays_until
    if seen.waiting_for == asked.reference and seen.invoice_status != InvoiceStatus.VOID:
        return PlanChangeState.AWAITING_PAYMENT
    if (seen.price_id, seen.quantity) != (asked.from_price_id, asked.from_quantity):
        return PlanChangeState.SUPERSEDED
    if seen.waiting_for == asked.reference:
        return PlanChangeState.EXPIRED if is_expired else PlanChangeState.CANCELED
    if not asked.is_awaiting_payment:
        return None
    if seen.waiting_for:
        return PlanChangeState.SUPERSEDED
    return PlanChangeState.EXPIRED if is_expired else PlanChangeState.CANCELED
