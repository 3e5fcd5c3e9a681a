"""Reactions: an invoice was paid, was sent to be paid by a day, or is past that day; the payer is told once."""

from datetime import datetime

from django.conf import settings

from billing import notices
from billing.errors import NotYet
from billing.models import ChargeAttempt, Invoice, Subscription, Transition
from billing.money import Money
from billing.selectors.pay_link import pay_url
from billing.terms import ChargeStatus, InvoiceStatus, SubscriptionStatus

_SENT = "send_invoice"


def send_receipt(transition: Transition, *, now: datetime) -> None:
    """One receipt per invoice for which money was paid; none where Stripe sends them, by setting SENDS_RECEIPTS.

    An invoice that was paid long ago and that we see only now is not told of: the notice has expired by then.
    """
    invoice = _invoice(transition.stripe_id)
    if not settings.SENDS_RECEIPTS or invoice.organization is None:
        return
    if invoice.status != InvoiceStatus.PAID or invoice.amount_paid_minor <= 0:
        return
    charges = ChargeAttempt.objects.filter(
        stripe_invoice_id=invoice.stripe_invoice_id, status=ChargeStatus.SUCCEEDED.value
    )
    notices.enqueue(
        "receipt",
        key=f"receipt:{invoice.stripe_invoice_id}",
        organization=invoice.organization,
        cause_at=invoice.paid_at or transition.business_at,
        invoice=invoice,
        amount=Money(invoice.amount_paid_minor, invoice.currency),
        paid_at=invoice.paid_at or transition.business_at,
        charge=charges.order_by("-created_at").first(),
    )


def announce_sent_invoice(transition: Transition, *, now: datetime) -> None:
    """The invoice with its day and its pay link, when one that is not charged becomes final. Once per invoice."""
    invoice = _invoice(transition.stripe_id)
    if invoice.collection_method == _SENT and invoice.amount_remaining_minor > 0:
        _enqueue("invoice_sent", invoice, cause_at=transition.business_at)


def announce_overdue_invoice(transition: Transition, *, now: datetime) -> None:
    """A reminder when Stripe says that the day has passed. Once per invoice; nothing if it was paid meanwhile.

    Raises NotYet while the invoice's row has not come; the reaction is then tried again.
    """
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if subscription.status != SubscriptionStatus.PAST_DUE or not subscription.stripe_latest_invoice_id:
        return
    if not Invoice.objects.filter(stripe_invoice_id=subscription.stripe_latest_invoice_id).exists():
        raise NotYet()
    overdue = Invoice.objects.select_related("organization").filter(
        stripe_subscription_id=subscription.stripe_subscription_id,
        collection_method=_SENT,
        due_at__lte=transition.business_at,
    )
    for invoice in overdue:
        _enqueue("invoice_overdue", invoice, cause_at=transition.business_at)


def _enqueue(kind: str, invoice: Invoice, *, cause_at: datetime) -> None:
    if invoice.organization is None or invoice.status != InvoiceStatus.OPEN or invoice.due_at is None:
        return
    notices.enqueue(
        kind,
        key=f"{kind}:{invoice.stripe_invoice_id}",
        organization=invoice.organization,
        cause_at=cause_at,
        invoice=invoice,
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        due_at=invoice.due_at,
        pay_url=pay_url(invoice),
    )


def _invoice(stripe_invoice_id: str) -> Invoice:
    return Invoice.objects.select_related("organization").get(stripe_invoice_id=stripe_invoice_id)
