"""Reads how a change of plan stands by the rows that refreshes left; what it means is the rule's to decide."""

from datetime import datetime

from django.db.models import QuerySet

from billing.models import ChangePreview, Invoice, PlanChange, Subscription
from billing.rules.change_outcome import Asked, ChangeOutcome, Seen, outcome_of
from billing.terms import PlanChangeState

_BY_CHANGE = "subscription_update"


def outcome_now(change: PlanChange, *, now: datetime) -> ChangeOutcome | None:
    """How the change stands at `now` (business time); None while nothing is known. Two queries."""
    row = Subscription.objects.filter(stripe_subscription_id=change.stripe_subscription_id).first()
    if row is None:
        return None
    is_awaiting = change.state == PlanChangeState.AWAITING_PAYMENT
    invoice_id = change.stripe_invoice_id or row.stripe_latest_invoice_id
    invoice = Invoice.objects.filter(stripe_invoice_id=invoice_id).first()
    asked = Asked(
        reference=str(change.uuid),
        from_price_id=change.from_price.stripe_price_id if change.from_price else row.stripe_price_id,
        from_quantity=change.from_quantity,
        price_id=change.price.stripe_price_id,
        quantity=change.quantity,
        is_awaiting_payment=is_awaiting,
        pays_until=change.pays_until or row.pending_update_expires_at,
    )
    seen = Seen(
        status=row.status,
        price_id=row.stripe_price_id,
        quantity=row.quantity,
        waiting_for=row.pending_update_reference,
        invoice_status=invoice.status if invoice else "",
    )
    state = outcome_of(asked, seen, now=now)
    if state is None:
        return None
    is_own = invoice is None or invoice.billing_reason == _BY_CHANGE
    bills_now = change.preview is not None and change.preview.bills_now
    has_invoice = bool(change.stripe_invoice_id) or (bills_now and is_own)
    return ChangeOutcome(
        state,
        stripe_invoice_id=invoice_id if has_invoice else "",
        pays_until=row.pending_update_expires_at if state == PlanChangeState.AWAITING_PAYMENT else change.pays_until,
    )


def is_change_invoice(stripe_invoice_id: str) -> bool:
    """Whether this invoice (`in_…`) only holds a change of plan back: it is not owed, and nobody is reminded."""
    return change_invoice_ids().filter(stripe_invoice_id=stripe_invoice_id).exists()


def change_invoice_ids() -> QuerySet[PlanChange, str]:
    """The ids (`in_…`) of all invoices that only hold, or held, a change of plan back."""
    made = PlanChange.objects.filter(preview__payment_behavior=ChangePreview.WAITS)
    return made.exclude(stripe_invoice_id="").values_list("stripe_invoice_id", flat=True)


def is_of_unsettled_change(invoice: Invoice) -> bool:
    """Whether a change was sent to Stripe that may have made this invoice, and its answer is not recorded yet."""
    return (
        invoice.billing_reason == _BY_CHANGE
        and PlanChange.objects.filter(
            stripe_subscription_id=invoice.stripe_subscription_id,
            state=PlanChangeState.RECORDED.value,
            preview__payment_behavior=ChangePreview.WAITS,
        ).exists()
    )
