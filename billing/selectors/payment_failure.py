"""Tells which payment did not go through, why, and how to pay it; it must not decide when it is tried again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing.models import ChargeAttempt, Invoice, Subscription
from billing.money import Money
from billing.selectors.change_outcome import change_invoice_ids
from billing.terms import Authentication, ChargeStatus, InvoiceStatus


class DeclineCause(StrEnum):
    """What a person can do something about. Fraud and unknown reasons share one, so that the words tell no thief."""

    FUNDS = "funds"
    EXPIRED = "expired"
    CONFIRM = "confirm"
    GENERAL = "general"


_CAUSES = {
    "insufficient_funds": DeclineCause.FUNDS,
    "expired_card": DeclineCause.EXPIRED,
    "authentication_required": DeclineCause.CONFIRM,
}


@dataclass(frozen=True, slots=True)
class CardName:
    """A card as its owner knows it."""

    brand: str
    last4: str
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentFailure:
    """An open invoice that was tried in vain. Times are UTC; the newest try stands first in `failed_at`."""

    amount: Money
    cause: DeclineCause
    card: CardName | None
    pay_url: str
    stripe_invoice_id: str
    invoice_number: str
    next_try_at: datetime | None
    failed_at: tuple[datetime, ...]


def decline_cause(charge: ChargeAttempt | None) -> DeclineCause:
    """The cause in our words, from the bank's code where there is one."""
    if charge is None:
        return DeclineCause.GENERAL
    return _CAUSES.get(charge.decline_code) or _CAUSES.get(charge.failure_code) or DeclineCause.GENERAL


def card_of(charge: ChargeAttempt | None) -> CardName | None:
    """The card that a charge was tried with, if it was one."""
    return CardName(charge.card_brand, charge.card_last4) if charge and charge.card_last4 else None


def payment_failure(subscription: Subscription) -> PaymentFailure | None:
    """The oldest open invoice of this subscription that failed, or None. Two queries at most.

    One that only holds a change of plan back is not owed, and none of them.
    """
    invoice = (
        Invoice.objects.filter(
            stripe_subscription_id=subscription.stripe_subscription_id,
            status=InvoiceStatus.OPEN.value,
            has_been_attempted=True,
            is_deleted=False,
        )
        .exclude(stripe_invoice_id__in=change_invoice_ids())
        .order_by("created_at")
        .first()
    )
    if invoice is None:
        return None
    failed = list(
        ChargeAttempt.objects.filter(
            stripe_invoice_id=invoice.stripe_invoice_id, status=ChargeStatus.FAILED.value
        ).order_by("-created_at")
    )
    last = failed[0] if failed else None
    is_asked = invoice.authentication == Authentication.REQUIRED.value
    return PaymentFailure(
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        cause=DeclineCause.CONFIRM if is_asked else decline_cause(last),
        card=card_of(last),
        pay_url=invoice.hosted_invoice_url,
        stripe_invoice_id=invoice.stripe_invoice_id,
        invoice_number=invoice.number,
        next_try_at=invoice.next_payment_attempt_at,
        failed_at=tuple(charge.created_at for charge in failed),
    )
