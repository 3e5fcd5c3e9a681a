"""Use case: take a paused subscription up again now; a period that begins with it is charged as it was shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organization, User
from billing import intents
from billing.errors import CardDeclined, NoSubscription, PaymentMethodMissing, PreviewStale, StripeRefused
from billing.gateway import invoices, subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Invoice, PauseRequest, Subscription
from billing.money import Money
from billing.rules.actions import require
from billing.rules.pause import begins_period
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.selectors.payment_method import charged_payment_method
from billing.terms import (
    IntentState,
    InvoiceStatus,
    LifecycleState,
    ObjectKind,
    SubscriptionAction,
    SubscriptionStatus,
)

_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This was not done: your plan is still paused. Please send it again, perhaps with another card."
_RESUME = PauseRequest.Action.RESUME


@dataclass(frozen=True, slots=True)
class ResumeOffer:
    """What resuming at this moment does. `due_now` is None where nothing is charged before `next_at` (UTC)."""

    due_now: Money | None
    next_at: datetime | None
    has_payment_method: bool


def resume_offer(organization: Organization, now: datetime) -> ResumeOffer:
    """What resuming would charge, as Stripe works it out at this moment; `now` is business time.

    Raises the refusals of the table of actions, StripeUnreachable.
    """
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.RESUME, lifecycle.state)
    subscription = _paused(lifecycle)
    due_now = _due_now(lifecycle, now=now)
    return ResumeOffer(
        due_now=due_now,
        next_at=None if due_now else subscription.current_period_end,
        has_payment_method=charged_payment_method(subscription) is not None,
    )


def resume(
    organization: Organization, *, shown_minor: int, request_key: UUID, actor: User | None, now: datetime
) -> PauseRequest:
    """Take it up again. Where the paid period is over a new one begins and is charged; refused, all stays as it is.

    `shown_minor` is the amount that the person saw, in minor units of the subscription's currency, 0 for nothing.
    Safe to repeat with the same `request_key`. Raises the refusals of the table of actions, PaymentMethodMissing,
    PreviewStale, UnderWay, CardDeclined, StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    request = intents.find_repeated(PauseRequest, organization, request_key, actions=(_RESUME,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.RESUME, lifecycle.state)
        due_now = _due_now(lifecycle, now=now)
        if (due_now.amount_minor if due_now else 0) != shown_minor:
            raise PreviewStale()
        request = _record(lifecycle, is_charged=due_now is not None, request_key=request_key, actor=actor)
    return _carry_out(request)


def _due_now(lifecycle: Lifecycle, *, now: datetime) -> Money | None:
    """What Stripe would charge at this moment; None where resuming charges nothing by itself."""
    subscription = _paused(lifecycle)
    if lifecycle.state == LifecycleState.PAUSED:
        return invoices.preview_resumption(subscription.stripe_subscription_id)
    if begins_period(paid_until=subscription.paused_paid_until, period_end=subscription.current_period_end, now=now):
        return invoices.preview_period(subscription.stripe_subscription_id)
    return None


def _record(lifecycle: Lifecycle, *, is_charged: bool, request_key: UUID, actor: User | None) -> PauseRequest:
    subscription = _paused(lifecycle)
    if is_charged and charged_payment_method(subscription) is None:
        raise PaymentMethodMissing()
    request = PauseRequest(
        organization=subscription.organization,
        requested_by=actor,
        request_key=request_key,
        action=_RESUME,
        stripe_subscription_id=subscription.stripe_subscription_id,
        is_charged=is_charged,
    )
    # Another resumption is never superseded: it may be charging at this moment. UnderWay says so.
    older = PauseRequest.objects.filter(
        stripe_subscription_id=request.stripe_subscription_id, action=PauseRequest.Action.PAUSE
    )
    return intents.record(request, event="subscription_resume", supersedes=older)


def _paused(lifecycle: Lifecycle) -> Subscription:
    if lifecycle.subscription is None:
        raise NoSubscription()
    return lifecycle.subscription


def finish_resumptions(now: datetime) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended."""
    rows = intents.left_open_since(PauseRequest.objects.filter(action=_RESUME), now)
    return intents.finish_open(rows, _carry_out)


def _carry_out(request: PauseRequest) -> PauseRequest:
    """Look first, so that nothing is charged for what goes on already; tell Stripe, read back, close the request."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    subscription = _look(request)
    if not _is_paused(subscription):
        return _end(request, IntentState.SUCCEEDED)
    if not intents.is_key_safe(request.created_at):
        _end(request, IntentState.FAILED, failure="never reached Stripe", failed_kind="resume_failed")
        raise StripeRefused(_FAILED_EARLIER)
    try:
        _tell_stripe(request, subscription)
    except CardDeclined as error:
        _end(request, IntentState.FAILED, failure=error.message)  # The person at the page was told; no task.
        raise
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message, failed_kind="resume_failed")
        raise
    _look(request)
    return _end(request, IntentState.SUCCEEDED)


def _is_paused(subscription: Subscription) -> bool:
    is_paused = subscription.is_collection_paused or subscription.status == SubscriptionStatus.PAUSED
    return is_paused or subscription.ended_at is not None


def _tell_stripe(request: PauseRequest, subscription: Subscription) -> None:
    subscription_id, key = request.stripe_subscription_id, f"{request.uuid}:{request.action}"
    if subscription.status == SubscriptionStatus.PAUSED:
        subscriptions.resume_after_trial(subscription_id, key=key)
        _pay_what_is_left(request)
    elif request.is_charged:
        subscriptions.begin_period(subscription_id, is_at_page=True, key=key)
    else:
        subscriptions.end_pause(subscription_id, key=key)


def _pay_what_is_left(request: PauseRequest) -> None:
    """Stripe makes the invoice final at once; whether it is also tried within the call is not promised."""
    subscription = _look(request)
    if subscription.status != SubscriptionStatus.PAUSED:
        return
    invoice_id = subscription.stripe_latest_invoice_id
    refresh(ObjectRef(ObjectKind.INVOICE, invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
    if Invoice.objects.filter(stripe_invoice_id=invoice_id, status=InvoiceStatus.OPEN.value).exists():
        invoices.pay(invoice_id, key=f"{request.uuid}:pay")


def _look(request: PauseRequest) -> Subscription:
    subscription_id = request.stripe_subscription_id
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return Subscription.objects.get(stripe_subscription_id=subscription_id)


def _end(request: PauseRequest, state: IntentState, *, failure: str = "", failed_kind: str = "") -> PauseRequest:
    intents.end(request, state, failure=failure, failed_kind=failed_kind, said="Resuming")
    return request
