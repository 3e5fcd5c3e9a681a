"""Reactions: a payment failed or waits for the bank's question; the payer is told once per invoice and cause."""

from datetime import datetime, timedelta

from billing import notices
from billing.errors import NotYet
from billing.models import ChargeAttempt, Invoice, Subscription, Transition
from billing.money import Money
from billing.selectors.access_promise import access_end
from billing.selectors.change_outcome import is_change_invoice, is_of_unsettled_change
from billing.selectors.pay_link import pay_url
from billing.selectors.payment_method import charged_payment_method
from billing.terms import (
    Authentication,
    ChargeStatus,
    InvoiceStatus,
    ObjectKind,
    SubscriptionStatus,
)

_ON_SESSION_REASONS = ("subscription_create", "manual")
_SENT = "send_invoice"
# The first invoice after a trial is made where it ends; the rest is for Stripe's own clocks.
_BEGINS_WITHIN = timedelta(hours=1)
_CONFIRM_CODE = "authentication_required"


def announce_payment_failure(transition: Transition, *, now: datetime) -> None:
    """Put the mail into the outbox if the invoice is still open. One per invoice, however many tries fail.

    Nobody is written to about a payment at which they stand: a first invoice, or a change that they are making.
    Where only the bank's question is open, the mail asks for an answer and for no other card. Raises NotYet while
    the invoice's row has not come, or is the draft that it was before it was charged; the reaction is then tried
    again.
    """
    invoice_id, attempt = _cause(transition)
    if not invoice_id:
        return
    invoice = Invoice.objects.filter(stripe_invoice_id=invoice_id).select_related("organization").first()
    if invoice is None or invoice.status == InvoiceStatus.DRAFT:
        raise NotYet()
    if invoice.status != InvoiceStatus.OPEN or invoice.collection_method == _SENT:
        return
    attempt = attempt or _latest_attempt(invoice_id)
    asks = attempt.decline_code == _CONFIRM_CODE if attempt else invoice.authentication == Authentication.REQUIRED
    _tell("action_required" if asks else "payment_failed", invoice, transition, attempt=attempt, now=now)


def announce_bank_question(transition: Transition, *, now: datetime) -> None:
    """Tell the payer that the bank wants a payment confirmed that nobody was there to confirm. Once per invoice.

    Nothing if the question was answered meanwhile.
    """
    invoice = Invoice.objects.select_related("organization").get(stripe_invoice_id=transition.stripe_id)
    if invoice.status == InvoiceStatus.OPEN and invoice.authentication == Authentication.REQUIRED:
        _tell("action_required", invoice, transition, attempt=None, now=now)


def _tell(
    kind: str, invoice: Invoice, transition: Transition, *, attempt: ChargeAttempt | None, now: datetime
) -> None:
    if invoice.organization is None or _is_on_session(invoice):
        return
    subscription = Subscription.objects.filter(stripe_subscription_id=invoice.stripe_subscription_id).first()
    notices.enqueue(
        kind,
        key=f"{kind}:{invoice.stripe_invoice_id}",
        organization=invoice.organization,
        cause_at=transition.business_at,
        invoice=invoice,
        pay_url=pay_url(invoice),
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        attempt=attempt,
        has_method=subscription is None or charged_payment_method(subscription) is not None,
        access_ends_at=access_end(
            invoice,
            subscription,
            failed_at=attempt.created_at if attempt else transition.business_at,
            is_since_trial=_is_first_after_trial(invoice, subscription),
            now=now,
        ),
    )


def _is_on_session(invoice: Invoice) -> bool:
    """Whether somebody stands at the page where this payment is asked for, and sees there how it went.

    An invoice that only holds a change back is not owed. Raises NotYet while an answer about one is outstanding.
    """
    if invoice.billing_reason in _ON_SESSION_REASONS or is_change_invoice(invoice.stripe_invoice_id):
        return True
    if is_of_unsettled_change(invoice):
        raise NotYet()
    return False


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


def _is_first_after_trial(invoice: Invoice, subscription: Subscription | None) -> bool:
    """Told by the invoice: the subscription's row may not say yet that it is past due."""
    trial_end = subscription.trial_end if subscription else None
    return trial_end is not None and invoice.created_at <= trial_end + _BEGINS_WITHIN
