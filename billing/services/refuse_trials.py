"""Use case: end the trials at Stripe whose card has had one, unbilled; what was paid for is never touched."""

import time
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from billing import clock
from billing.errors import BillingError, StripeRefused
from billing.gateway import subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Invoice, Subscription, TrialRefusal, open_staff_task
from billing.rules.trial import SeenTrial, why_not_refuse
from billing.terms import IntentState, ObjectKind, SubscriptionStatus

_LEASE_WAIT_SECONDS = 2.0
_COMMENT = "This card has had a trial before."


def refuse_trials(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out every refusal that is recorded; `now` is business time. Returns how many ended.

    Each looks at Stripe first, at every try, so that a repeat at any age finds what an earlier one has done.
    Stops after `seconds`; what is left comes with the next sweep.
    """
    deadline = time.monotonic() + seconds
    ended = 0
    for refusal in TrialRefusal.objects.filter(state=IntentState.RECORDED).order_by("pk")[:50]:
        if time.monotonic() > deadline:
            break
        try:
            ended += _carry_out(refusal, now=now)
        except BillingError:
            continue  # Stripe does not answer, or another worker is at it: the row says that it is to be done.
    return ended


def _carry_out(refusal: TrialRefusal, *, now: datetime) -> int:
    subscription = _look(refusal)
    reason = why_not_refuse(_seen(subscription), now=now)
    refusal.refresh_from_db()  # Another worker may have sent it while we looked.
    if reason:
        was_sent = refusal.sent_at is not None and subscription.status == SubscriptionStatus.CANCELED
        return _end(refusal, IntentState.SUCCEEDED) if was_sent else _end(refusal, IntentState.FAILED, failure=reason)
    if not _mark_sent(refusal):
        return 0
    try:
        subscriptions.cancel_unbilled(refusal.stripe_subscription_id, comment=_COMMENT, key=f"{refusal.uuid}:cancel")
    except StripeRefused as error:
        if _look(refusal).status != SubscriptionStatus.CANCELED:
            return _fail(refusal, error)
    _look(refusal)
    return _end(refusal, IntentState.SUCCEEDED)


def _look(refusal: TrialRefusal) -> Subscription:
    """The subscription as Stripe has it now, and its latest invoice, which says whether it has cost anything."""
    ref = ObjectRef(ObjectKind.SUBSCRIPTION, refusal.stripe_subscription_id)
    refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
    subscription = Subscription.objects.get(stripe_subscription_id=refusal.stripe_subscription_id)
    if subscription.stripe_latest_invoice_id:
        invoice = ObjectRef(ObjectKind.INVOICE, subscription.stripe_latest_invoice_id)
        refresh(invoice, wait_seconds=_LEASE_WAIT_SECONDS)
    return subscription


def _seen(subscription: Subscription) -> SeenTrial:
    invoices = Invoice.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id)
    return SeenTrial(
        status=subscription.status,
        created_at=subscription.created_at,
        trial_start=subscription.trial_start,
        trial_end=subscription.trial_end,
        has_been_billed=invoices.filter(amount_paid_minor__gt=0).exists(),
    )


def _mark_sent(refusal: TrialRefusal) -> bool:
    """Commit that the call goes out now; False where staff have withdrawn the refusal meanwhile."""
    recorded = TrialRefusal.objects.filter(pk=refusal.pk, state=IntentState.RECORDED)
    return bool(recorded.update(sent_at=Coalesce(F("sent_at"), clock.system_now())))


def _fail(refusal: TrialRefusal, error: StripeRefused) -> int:
    open_staff_task(
        "trial_refusal_failed",
        about=str(refusal.uuid),
        organization_id=refusal.organization_id,
        summary=f"The trial {refusal.stripe_subscription_id} could not be cancelled: {error.message}",
    )
    return _end(refusal, IntentState.FAILED, failure=error.message[:200])


def _end(refusal: TrialRefusal, state: IntentState, *, failure: str = "") -> int:
    recorded = TrialRefusal.objects.filter(pk=refusal.pk, state=IntentState.RECORDED)
    return recorded.update(state=state, failure=failure, ended_at=clock.system_now())
