"""Reads how far a change of plan is, for the page that its owner waits on; it asks nobody."""

from dataclasses import dataclass

from billing.models import ChangePreview, ChargeAttempt, Invoice, PlanChange
from billing.money import Money
from billing.selectors.payment_failure import CardName, DeclineCause, card_of, decline_cause
from billing.terms import Authentication, ChargeStatus, InvoiceStatus, PlanChangeState


@dataclass(frozen=True, slots=True)
class ChangeProgress:
    """`needs_confirmation`: the bank wants the owner's word, the card is fine. `pay_url` is Stripe's hosted page."""

    change: PlanChange
    before_name: str
    after_name: str
    amount: Money | None
    pay_url: str
    needs_confirmation: bool
    cause: DeclineCause | None
    card: CardName | None
    is_paid: bool

    @property
    def is_awaiting(self) -> bool:
        return self.change.state == PlanChangeState.AWAITING_PAYMENT

    @property
    def is_given_up(self) -> bool:
        """It is to be given up, and Stripe has not said so yet."""
        return self.is_awaiting and self.change.undo_request_key is not None


def change_progress(change: PlanChange) -> ChangeProgress:
    """How the change stands by our rows; its prices should be loaded with it. Two queries."""
    invoice = Invoice.objects.filter(stripe_invoice_id=change.stripe_invoice_id or "-").first()
    failed = _last_failure(change.stripe_invoice_id)
    cause = decline_cause(failed) if failed else None
    is_asked = invoice is not None and invoice.authentication == Authentication.REQUIRED
    return ChangeProgress(
        change=change,
        before_name=change.from_price.plan.name if change.from_price else "your plan",
        after_name=change.price.plan.name,
        amount=_amount(change, invoice),
        pay_url=invoice.hosted_invoice_url if invoice else "",
        needs_confirmation=is_asked or cause == DeclineCause.CONFIRM,
        cause=cause,
        card=card_of(failed),
        is_paid=_is_paid(change, invoice),
    )


def _last_failure(stripe_invoice_id: str) -> ChargeAttempt | None:
    tries = ChargeAttempt.objects.filter(stripe_invoice_id=stripe_invoice_id or "-", status=ChargeStatus.FAILED.value)
    return tries.order_by("-created_at").first()


def _is_paid(change: PlanChange, invoice: Invoice | None) -> bool:
    """A change that waits happens only when it is paid; the row of its invoice may be a step behind."""
    waited = change.preview is not None and change.preview.payment_behavior == ChangePreview.WAITS
    if waited and change.state == PlanChangeState.SUCCEEDED:
        return True
    return invoice is not None and invoice.status == InvoiceStatus.PAID


def _amount(change: PlanChange, invoice: Invoice | None) -> Money | None:
    if invoice is not None:
        return Money(invoice.amount_due_minor, invoice.currency)
    if change.preview is not None and change.preview.bills_now:
        return Money(change.preview.due_now_minor, change.preview.currency)
    return None
