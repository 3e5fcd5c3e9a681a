"""Use case: end a subscription when its paid period ends or on a date, or take that back before it does."""

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from accounts.models import Organization, User
from billing import intents
from billing.errors import NothingToCancel, NothingToUndo, StripeRefused, StripeUnreachable
from billing.gateway import invoices, subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.schedules import release_schedule
from billing.models import CancelRequest, Subscription, let_go_of_change
from billing.rules.actions import require
from billing.rules.cancellation import check_feedback, end_on
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.terms import IntentState, LifecycleState, ObjectKind, ReleaseReason, SubscriptionAction

_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, send it again."
_Action = CancelRequest.Action
_PLANNED = (_Action.CANCEL, _Action.CANCEL_AT, _Action.UNDO)


def cancel_at_period_end(
    organization: Organization,
    *,
    reason: str,
    comment: str,
    request_key: UUID,
    actor: User | None,
    now: datetime,
    staff_reason: str = "",
) -> CancelRequest:
    """Let the subscription end when the paid period or trial does. `reason` is a CancellationReason or empty.

    `staff_reason` is why somebody of ours does it: for the record, while reason and comment go to Stripe.

    Safe to repeat with the same `request_key`. Raises the refusals of the table of actions, InvalidInput,
    StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    check_feedback(reason=reason, comment=comment)
    request = intents.find_repeated(CancelRequest, organization, request_key, actions=(_Action.CANCEL,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.CANCEL_AT_END, lifecycle.state)
        subscription = _running(lifecycle)
        if subscription.cancel_at is not None:
            raise NothingToCancel()
        request = _record(
            _Action.CANCEL,
            lifecycle,
            request_key=request_key,
            actor=actor,
            reason=reason,
            comment=comment,
            staff_reason=staff_reason,
        )
    return _carry_out(request)


def cancel_at_date(
    organization: Organization,
    *,
    ends_on: date,
    reason: str,
    comment: str,
    request_key: UUID,
    actor: User | None,
    now: datetime,
) -> CancelRequest:
    """Let the subscription end on a day (UTC), at the hour at which its periods end; an end that was set moves there.

    Renewals before that day go on. Safe to repeat with the same `request_key`. Raises what `cancel_at_period_end`
    raises.
    """
    check_feedback(reason=reason, comment=comment)
    request = intents.find_repeated(CancelRequest, organization, request_key, actions=(_Action.CANCEL_AT,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.CANCEL_AT_DATE, lifecycle.state)
        request = _record(
            _Action.CANCEL_AT,
            lifecycle,
            request_key=request_key,
            actor=actor,
            reason=reason,
            comment=comment,
            ends_at=end_on(ends_on, period_end=_running(lifecycle).current_period_end or now, now=now),
        )
    return _carry_out(request)


def undo_cancellation(
    organization: Organization, *, request_key: UUID, actor: User | None, now: datetime
) -> CancelRequest:
    """Let a subscription that was to end go on, before it has ended. `now` is business time.

    Safe to repeat with the same `request_key`. Raises NothingToUndo, StripeUnreachable, StripeRefused.
    """
    request = intents.find_repeated(CancelRequest, organization, request_key, actions=(_Action.UNDO,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.UNDO_CANCEL, lifecycle.state)
        if _running(lifecycle).cancel_at is None:
            raise NothingToUndo()
        request = _record(_Action.UNDO, lifecycle, request_key=request_key, actor=actor)
    return _carry_out(request)


def resume_cancellations(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out wishes that a crash or Stripe's silence left open; `now` is system time. Returns how many ended.

    One that fails for good becomes a task for a person: who sent it was told that it would be done. Stops after
    `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    rows = intents.left_open_since(CancelRequest.objects.filter(action__in=_PLANNED), now)
    return intents.finish_open(rows, _finish, seconds=seconds)


def _finish(request: CancelRequest) -> None:
    """Try once more. Stripe repeats an answer that it failed to give, so its state is looked at, too."""
    try:
        _carry_out(request)
    except StripeUnreachable:
        if _is_done(request):
            _end(request, IntentState.SUCCEEDED)


def _running(lifecycle: Lifecycle) -> Subscription:
    """The subscription of a state in which the table of actions allows what needs one."""
    if lifecycle.subscription is None:
        raise NothingToCancel()
    return lifecycle.subscription


def _record(
    action: str,
    lifecycle: Lifecycle,
    *,
    request_key: UUID,
    actor: User | None,
    staff_reason: str = "",
    **wish: str | datetime,
) -> CancelRequest:
    """Commit the wish; an older one for the same subscription that never reached Stripe is superseded by it."""
    subscription = _running(lifecycle)
    change = lifecycle.change if lifecycle.state == LifecycleState.CHANGE_UNPAID else None
    request = CancelRequest(
        organization=subscription.organization,
        requested_by=actor,
        request_key=request_key,
        action=action,
        stripe_subscription_id=subscription.stripe_subscription_id,
        voids_stripe_invoice_id=change.stripe_invoice_id if change else "",
        **wish,
    )
    older = CancelRequest.objects.filter(stripe_subscription_id=request.stripe_subscription_id)
    return intents.record(request, event=f"subscription_{action}", supersedes=older, reason=staff_reason)


def _carry_out(request: CancelRequest) -> CancelRequest:
    """Tell Stripe with the request's own key, read back, and close the request. Raises for one that failed."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.RECORDED and not intents.is_key_safe(request.created_at):
        if _is_done(request):
            return _end(request, IntentState.SUCCEEDED)
        _end(request, IntentState.FAILED, failure="never reached Stripe")
    if request.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    try:
        _give_up_change(request)
        _let_go_of_schedule(request)
        _tell_stripe(request)
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message)
        raise
    _look(request)
    return _end(request, IntentState.SUCCEEDED)


def _give_up_change(request: CancelRequest) -> None:
    """Void the invoice of a change that waits for its payment: then nobody can pay it, and it never happens.

    One that was paid or given up meanwhile holds up no cancellation.
    """
    invoice_id = request.voids_stripe_invoice_id
    if invoice_id:
        with suppress(StripeRefused):
            invoices.void(invoice_id, key=f"{request.uuid}:void")
        refresh(ObjectRef(ObjectKind.INVOICE, invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)


def _let_go_of_schedule(request: CancelRequest) -> None:
    """While a schedule manages the subscription Stripe refuses an end; what was planned ends with this wish."""
    if request.action != _Action.UNDO:
        let_go_of_change(request.stripe_subscription_id, reason=ReleaseReason.CANCELLED)
        release_schedule(request.stripe_subscription_id, key=f"{request.uuid}:release")


def _tell_stripe(request: CancelRequest) -> None:
    subscription_id, key = request.stripe_subscription_id, f"{request.uuid}:{request.action}"
    feedback = {"feedback": request.reason, "comment": request.comment}
    if request.action == _Action.CANCEL:
        subscriptions.schedule_cancellation(subscription_id, **feedback, key=key)
    elif request.action == _Action.CANCEL_AT and request.ends_at is not None:
        subscriptions.schedule_cancellation_at(subscription_id, at=request.ends_at, **feedback, key=key)
    elif Subscription.objects.filter(stripe_subscription_id=subscription_id, cancel_at_period_end=True).exists():
        subscriptions.undo_cancellation(subscription_id, key=key)
    else:
        subscriptions.undo_cancellation_at(subscription_id, key=f"{key}:date")


def _is_done(request: CancelRequest) -> bool:
    """Whether Stripe has what was wished; asked when the calls cannot be repeated or give no answer."""
    subscription = _look(request)
    if subscription.ended_at is not None:
        return False
    if request.action == _Action.CANCEL_AT:
        return subscription.cancel_at == request.ends_at
    return (subscription.cancel_at is None) == (request.action == _Action.UNDO)


def _look(request: CancelRequest) -> Subscription:
    subscription_id = request.stripe_subscription_id
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return Subscription.objects.get(stripe_subscription_id=subscription_id)


def _end(request: CancelRequest, state: IntentState, *, failure: str = "") -> CancelRequest:
    intents.end(request, state, failure=failure, failed_kind="cancellation_failed", said=request.get_action_display())
    return request
