"""Reaction: a payment failed; the payer is told once per invoice, with the amount, the cause and the way out."""

from datetime import datetime, timedelta

from django.conf import settings

from billing import notices
from billing.errors import NotYet
from billing.models import ChargeAttempt, Invoice, Subscription, Transition
from billing.money import Money
from billing.terms import ChargeStatus, InvoiceStatus, ObjectKind, SubscriptionStatus

_ON_SESSION_REASONS = ("subscription_create", "manual")


def announce_payment_failure(transition: Transition, *, now: datetime) -> None:
    """Put the mail into the outbox if the invoice is still open. One per invoice, however many tries fail.

    Nobody is written to about a first invoice: the person stands at the checkout and sees it there. Raises NotYet
    while the invoice's row has not come, or is the draft that it was before it was charged; the reaction is then
    tried again.
    """
    invoice_id, attempt = _cause(transition)
    if not invoice_id:
        return
    invoice = Invoice.objects.filter(stripe_invoice_id=invoice_id).select_related("organization").first()
    if invoice is None or invoice.status == InvoiceStatus.DRAFT:
        raise NotYet()
    if (
        invoice.status != InvoiceStatus.OPEN
        or invoice.billing_reason in _ON_SESSION_REASONS
        or invoice.organization is None
    ):
        return
    subscription = Subscription.objects.filter(stripe_subscription_id=invoice.stripe_subscription_id).first()
    attempt = attempt or _latest_attempt(invoice_id)
    notices.enqueue(
        "payment_failed",
        key=f"payment_failed:{invoice_id}",
        organization=invoice.organization,
        cause_at=transition.business_at,
        invoice=invoice,
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        attempt=attempt,
        access_ends_at=_access_end(subscription, transition.business_at),
    )


def _cause(transition: Transition) -> tuple[str, ChargeAttempt | None]:
    """The invoice behind a failed charge, or the latest one of a subscription that became past due."""
    if transition.kind == ObjectKind.CHARGE:
        attempt = ChargeAttempt.objects.get(stripe_charge_id=transition.stripe_id)
        return attempt.stripe_invoice_id, attempt
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    if subscription.status != SubscriptionStatus.PAST_DUE:
        return "", None
    return subscription.stripe_latest_invoice_id, None


def _latest_attempt(stripe_invoice_id: str) -> ChargeAttempt | None:
    return (
        ChargeAttempt.objects.filter(stripe_invoice_id=stripe_invoice_id, status=ChargeStatus.FAILED)
        .order_by("-created_at")
        .first()
    )


def _access_end(subscription: Subscription | None, failed_at: datetime) -> datetime | None:
    """The end of the grace, which counts from the first failure; None where a later one comes after it."""
    began = subscription.past_due_at if subscription and subscription.past_due_at else failed_at
    ends_at = began + timedelta(days=settings.GRACE_DAYS)
    return ends_at if ends_at > failed_at else None
