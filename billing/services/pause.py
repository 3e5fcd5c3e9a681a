"""Use case: pause a subscription when its paid period ends, for a stated time; nothing is charged meanwhile."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from accounts.models import Organization, User
from billing import intents
from billing.errors import NoSubscription, StripeRefused
from billing.gateway import subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PauseRequest, Subscription
from billing.rules import pause as rules
from billing.rules.actions import require
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.terms import IntentState, ObjectKind, SubscriptionAction

_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, send it again."
_PAUSE = PauseRequest.Action.PAUSE


@dataclass(frozen=True, slots=True)
class PauseLength:
    """So many months after the paid period, or until a day (UTC); the day counts if both are there."""

    months: int = 0
    resumes_on: date | None = None


def pause(
    organization: Organization, length: PauseLength, *, request_key: UUID, actor: User | None, now: datetime
) -> PauseRequest:
    """Let nothing be charged from the end of the paid period on; Stripe takes it up again at the end of the pause.

    Access lasts as long as is paid. Safe to repeat with the same `request_key`. Raises the refusals of the table of
    actions, InvalidInput, StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    request = intents.find_repeated(PauseRequest, organization, request_key, actions=(_PAUSE,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.PAUSE, lifecycle.state)
        request = _record(lifecycle, length, request_key=request_key, actor=actor)
    return _carry_out(request)


def _record(lifecycle: Lifecycle, length: PauseLength, *, request_key: UUID, actor: User | None) -> PauseRequest:
    subscription = lifecycle.subscription
    if subscription is None or subscription.current_period_end is None:
        raise NoSubscription()
    request = PauseRequest(
        organization=subscription.organization,
        requested_by=actor,
        request_key=request_key,
        action=_PAUSE,
        stripe_subscription_id=subscription.stripe_subscription_id,
        behaviour=settings.PAUSE_BEHAVIOUR,
        resumes_at=_end_of(length, period_end=subscription.current_period_end),
    )
    older = PauseRequest.objects.filter(stripe_subscription_id=request.stripe_subscription_id, action=_PAUSE)
    before = {"status": subscription.status, "resumes_at": None}
    after = {"behaviour": request.behaviour, "resumes_at": request.resumes_at}
    return intents.record(request, event="subscription_pause", supersedes=older, before=before, after=after)


def _end_of(length: PauseLength, *, period_end: datetime) -> datetime:
    longest = settings.PAUSE_LONGEST_MONTHS
    if length.resumes_on is not None:
        return rules.ends_on(length.resumes_on, period_end=period_end, longest_months=longest)
    return rules.ends_after(length.months, period_end=period_end, longest_months=longest)


def _carry_out(request: PauseRequest) -> PauseRequest:
    """Tell Stripe with the request's own key, read back, close the request. Safe to repeat."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.RECORDED and not intents.is_key_safe(request.created_at):
        if _is_done(request):
            return _end(request, IntentState.SUCCEEDED)
        _end(request, IntentState.FAILED, failure="never reached Stripe")
    if request.state == IntentState.FAILED or request.resumes_at is None:
        raise StripeRefused(_FAILED_EARLIER)
    try:
        subscriptions.pause_collection(
            request.stripe_subscription_id,
            behaviour=request.behaviour,
            resumes_at=request.resumes_at,
            key=f"{request.uuid}:{request.action}",
        )
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message)
        raise
    _look(request)
    return _end(request, IntentState.SUCCEEDED)


def finish_pauses(now: datetime) -> int:
    """Carry out pauses that a crash or Stripe's silence left open; `now` is system time. Returns how many ended."""
    rows = intents.left_open_since(PauseRequest.objects.filter(action=_PAUSE), now)
    return intents.finish_open(rows, _finish)


def _finish(request: PauseRequest) -> None:
    """Stripe repeats an answer that it failed to give, so its state is looked at first."""
    if _is_done(request):
        _end(request, IntentState.SUCCEEDED)
    else:
        _carry_out(request)


def _is_done(request: PauseRequest) -> bool:
    """Whether Stripe has this pause; asked when the call cannot be repeated or gives no answer."""
    _look(request)
    return Subscription.objects.filter(
        stripe_subscription_id=request.stripe_subscription_id,
        is_collection_paused=True,
        resumes_at=request.resumes_at,
        ended_at=None,
    ).exists()


def _look(request: PauseRequest) -> None:
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, request.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)


def _end(request: PauseRequest, state: IntentState, *, failure: str = "") -> PauseRequest:
    intents.end(request, state, failure=failure, failed_kind="pause_failed", said="Pause")
    return request
