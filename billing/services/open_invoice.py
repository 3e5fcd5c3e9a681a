"""Use case: look at one invoice anew before somebody is sent to its hosted page; nothing is changed by looking."""

from dataclasses import dataclass
from enum import StrEnum

from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Invoice, Subscription
from billing.money import Money
from billing.selectors.payment_failure import DeclineCause, decline_cause
from billing.terms import Authentication, InvoiceStatus, ObjectKind, SubscriptionStatus

_LEASE_WAIT_SECONDS = 2.0


class InvoiceState(StrEnum):
    """What a person can do about an invoice; `to_confirm`, `under_way` and `not_confirmed` are open ones."""

    TO_PAY = "to_pay"
    TO_CONFIRM = "to_confirm"
    UNDER_WAY = "under_way"
    NOT_CONFIRMED = "not_confirmed"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class InvoiceLook:
    """An invoice as Stripe has it now. `pay_url` is its hosted page, empty unless it is open."""

    invoice: Invoice
    state: InvoiceState
    amount: Money
    pay_url: str


_OPEN_STATES = {
    Authentication.REQUIRED.value: InvoiceState.TO_CONFIRM,
    Authentication.UNDER_WAY.value: InvoiceState.UNDER_WAY,
    Authentication.FAILED.value: InvoiceState.NOT_CONFIRMED,
}


def look_at_invoice(invoice: Invoice) -> InvoiceLook:
    """Fetch the invoice through the one door, unless it is settled, and say how it stands. Safe to repeat.

    Raises LeaseTaken, LeaseLost, StripeUnreachable; must be called outside any transaction.
    """
    if invoice.status in (InvoiceStatus.DRAFT.value, InvoiceStatus.OPEN.value, InvoiceStatus.UNCOLLECTIBLE.value):
        refresh(ObjectRef(ObjectKind.INVOICE, invoice.stripe_invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
        invoice.refresh_from_db()
    is_open = invoice.status == InvoiceStatus.OPEN.value
    is_paid = invoice.status == InvoiceStatus.PAID.value
    return InvoiceLook(
        invoice=invoice,
        state=_state(invoice),
        amount=Money(invoice.total_minor if is_paid else invoice.amount_remaining_minor, invoice.currency),
        pay_url=invoice.hosted_invoice_url if is_open else "",
    )


def _state(invoice: Invoice) -> InvoiceState:
    if invoice.status == InvoiceStatus.OPEN.value:
        return _OPEN_STATES.get(invoice.authentication) or _of_last_try(invoice)
    if invoice.status == InvoiceStatus.PAID.value:
        return InvoiceState.PAID
    if invoice.status == InvoiceStatus.UNCOLLECTIBLE.value:
        return InvoiceState.WRITTEN_OFF
    is_expired = Subscription.objects.filter(
        stripe_subscription_id=invoice.stripe_subscription_id or "-",
        status=SubscriptionStatus.INCOMPLETE_EXPIRED.value,
    ).exists()
    return InvoiceState.EXPIRED if is_expired else InvoiceState.WITHDRAWN


def _of_last_try(invoice: Invoice) -> InvoiceState:
    """A bank may also refuse a charge only because it wants the customer: paying again asks them."""
    charges = ChargeAttempt.objects.filter(stripe_invoice_id=invoice.stripe_invoice_id).order_by("-created_at", "-pk")
    asks = decline_cause(charges.first()) == DeclineCause.CONFIRM
    return InvoiceState.TO_CONFIRM if asks else InvoiceState.TO_PAY
