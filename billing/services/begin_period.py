"""Use case: when a pause of ours has ended by itself, begin the paid period that was announced with it (rule L7).

Stripe only collects again from the next renewal on: where a pause ends within a voided period, the rest of that, up
to a year, would be free. So a new period begins, unless the next renewal is near or a paid one has begun already.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import uuid5

from django.conf import settings

from billing import clock, intents
from billing.errors import NotYet, StripeRefused
from billing.gateway import objects, subscriptions
from billing.mirror import shapes, work
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PauseRequest, Subscription, Transition
from billing.rules.pause import begins_period
from billing.terms import IntentState, ObjectKind, SubscriptionStatus

_LEASE_WAIT_SECONDS = 2.0
_EVENT_COMES_WITHIN = timedelta(minutes=10)
_LOOK_AGAIN_AFTER = timedelta(hours=1)
_MOST_AT_ONCE = 100
_BEGIN = PauseRequest.Action.BEGIN_PERIOD


def begin_period_after_pause(transition: Transition, *, now: datetime) -> None:
    """Record what is to be done when a pause that we made has lasted its time. Once per pause.

    One that was ended by hand, on our page or in Stripe's dashboard, charges nothing by this. Raises NotYet while
    somebody is resuming it on our page.
    """
    mine = PauseRequest.objects.filter(stripe_subscription_id=transition.stripe_id)
    if mine.filter(state=IntentState.RECORDED).exclude(action=PauseRequest.Action.PAUSE).exists():
        raise NotYet()
    latest = mine.filter(state=IntentState.SUCCEEDED).order_by("-created_at").first()
    if latest is None or latest.action != PauseRequest.Action.PAUSE or latest.resumes_at is None:
        return
    if latest.resumes_at > now:
        return
    PauseRequest.objects.get_or_create(
        organization=latest.organization,
        request_key=uuid5(latest.uuid, _BEGIN),
        defaults={"action": _BEGIN, "stripe_subscription_id": latest.stripe_subscription_id},
    )


def look_for_ended_pauses(now: datetime) -> int:
    """Have each subscription looked at whose pause should be over at `now` (business time); its event may be lost.

    Once an hour for each while Stripe still has the pause. Returns how many.
    """
    overdue = Subscription.objects.filter(
        livemode=settings.STRIPE_LIVE_MODE,
        is_collection_paused=True,
        ended_at=None,
        resumes_at__lte=now - _EVENT_COMES_WITHIN,
        fetched_at__lt=clock.system_now() - _LOOK_AGAIN_AFTER,
    )
    ids = list(overdue.values_list("stripe_subscription_id", flat=True)[:_MOST_AT_ONCE])
    work.want(ObjectRef(ObjectKind.SUBSCRIPTION, stripe_id) for stripe_id in ids)
    return len(ids)


def begin_periods(now: datetime) -> int:
    """Begin each period that was recorded; `now` is business time. Safe to repeat. Returns how many ended."""
    rows = PauseRequest.objects.filter(action=_BEGIN)
    return intents.finish_open(rows, partial(_carry_out, now=now))


def _carry_out(request: PauseRequest, *, now: datetime) -> None:
    """Look at Stripe first: only an active subscription without a planned end whose period was not billed is charged.

    Raises StripeUnreachable, StripeRefused.
    """
    if not _is_needed(_look(request), now=now):
        _end(request, IntentState.SUCCEEDED)
        return
    if not intents.is_key_safe(request.created_at):
        _end(request, IntentState.FAILED, failure="never reached Stripe")
        return
    try:
        subscriptions.begin_period(
            request.stripe_subscription_id, is_at_page=False, key=f"{request.uuid}:{request.action}"
        )
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message)
        raise
    PauseRequest.objects.filter(pk=request.pk).update(is_charged=True)
    _look(request)
    _end(request, IntentState.SUCCEEDED)


def _is_needed(subscription: Subscription, *, now: datetime) -> bool:
    if (
        subscription.status != SubscriptionStatus.ACTIVE
        or subscription.is_collection_paused
        or subscription.cancel_at is not None
    ):
        return False
    latest = objects.list_subscription_invoices(subscription.stripe_subscription_id)[:1]
    if not latest or not shapes.invoice_is_held_back(latest[0]):
        return False
    return begins_period(paid_until=now, period_end=subscription.current_period_end, now=now)


def _look(request: PauseRequest) -> Subscription:
    subscription_id = request.stripe_subscription_id
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return Subscription.objects.get(stripe_subscription_id=subscription_id)


def _end(request: PauseRequest, state: IntentState, *, failure: str = "") -> PauseRequest:
    intents.end(request, state, failure=failure, failed_kind="resume_failed", said="The period after the pause")
    return request
