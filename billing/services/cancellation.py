"""Use case: end a subscription when its paid period ends, or take that back before it does."""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock
from billing.errors import (
    BillingError,
    InvalidInput,
    NothingToCancel,
    NothingToUndo,
    StripeRefused,
    UnderWay,
)
from billing.gateway import subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CancelRequest, StaffTask
from billing.selectors.subscription import current_subscription
from billing.terms import CancellationReason, IntentState, ObjectKind

_LEASE_WAIT_SECONDS = 2.0
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_LONGEST_COMMENT = 500
_REST_BEFORE_RESUME = timedelta(minutes=1)
_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, send it again."


def cancel_at_period_end(
    organization: Organization, *, reason: str, comment: str, request_key: UUID, actor: User, now: datetime
) -> CancelRequest:
    """Let the subscription end when the paid period or trial does. `reason` is a CancellationReason or empty.

    Safe to repeat with the same `request_key`. Raises NothingToCancel, InvalidInput, StripeUnreachable (the wish is
    kept and carried out later), StripeRefused.
    """
    if reason and reason not in list(CancellationReason):
        raise InvalidInput("Please choose one of the reasons, or none.", field="reason")
    if len(comment) > _LONGEST_COMMENT:
        raise InvalidInput(f"Please use at most {_LONGEST_COMMENT} characters.", field="comment")
    request = _repeated(organization, request_key, action=CancelRequest.Action.CANCEL)
    if request is None:
        subscription = current_subscription(organization)
        if subscription is None or subscription.cancel_at is not None:
            raise NothingToCancel()
        request = _record(
            CancelRequest(
                organization=organization,
                requested_by=actor,
                request_key=request_key,
                action=CancelRequest.Action.CANCEL,
                stripe_subscription_id=subscription.stripe_subscription_id,
                reason=reason,
                comment=comment,
            ),
            actor=actor,
        )
    return _carry_out(request)


def undo_cancellation(organization: Organization, *, request_key: UUID, actor: User, now: datetime) -> CancelRequest:
    """Let a subscription that was to end go on, before it has ended. `now` is business time.

    Safe to repeat with the same `request_key`. Raises NothingToUndo, StripeUnreachable, StripeRefused.
    """
    request = _repeated(organization, request_key, action=CancelRequest.Action.UNDO)
    if request is None:
        subscription = current_subscription(organization)
        if subscription is None or subscription.cancel_at is None or now >= subscription.cancel_at:
            raise NothingToUndo()
        request = _record(
            CancelRequest(
                organization=organization,
                requested_by=actor,
                request_key=request_key,
                action=CancelRequest.Action.UNDO,
                stripe_subscription_id=subscription.stripe_subscription_id,
            ),
            actor=actor,
        )
    return _carry_out(request)


def resume_cancellations(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out wishes that a crash or Stripe's silence left open; `now` is system time. Returns how many ended.

    One that fails for good becomes a task for a person: who sent it was told that it would be done. Stops after
    `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    deadline = time.monotonic() + seconds
    waiting = CancelRequest.objects.filter(state=IntentState.RECORDED, created_at__lt=now - _REST_BEFORE_RESUME)
    ended = 0
    for request in waiting.order_by("created_at")[:50]:
        if time.monotonic() > deadline:
            break
        # The wishes before it took their time: this one may have been superseded meanwhile.
        request.refresh_from_db()
        if request.state != IntentState.RECORDED:
            continue
        try:
            _carry_out(request)
        except BillingError:
            continue  # Still unreachable, or refused and so ended: the row says which.
        ended += 1
    return ended


def _repeated(organization: Organization, request_key: UUID, *, action: str) -> CancelRequest | None:
    return CancelRequest.objects.filter(organization=organization, request_key=request_key, action=action).first()


def _record(request: CancelRequest, *, actor: User) -> CancelRequest:
    """Commit the wish; an older one for the same subscription that never reached Stripe is superseded by it."""
    try:
        with transaction.atomic():
            CancelRequest.objects.filter(
                stripe_subscription_id=request.stripe_subscription_id, state=IntentState.RECORDED
            ).update(state=IntentState.FAILED, failure="superseded", ended_at=clock.system_now())
            request.save()
            audit.record(
                f"subscription_{request.action}",
                subject=request.stripe_subscription_id,
                organization=request.organization,
                actor=actor,
            )
    except IntegrityError:
        raise UnderWay() from None
    return request


def _carry_out(request: CancelRequest) -> CancelRequest:
    """Tell Stripe with the request's own key, read back, and close the request. Raises for one that failed."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.RECORDED and clock.system_now() - request.created_at > _KEY_IS_SAFE_FOR:
        _end(request, IntentState.FAILED, failure="never reached Stripe")
    if request.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    key = f"{request.uuid}:{request.action}"
    try:
        if request.action == CancelRequest.Action.CANCEL:
            subscriptions.schedule_cancellation(
                request.stripe_subscription_id, feedback=request.reason, comment=request.comment, key=key
            )
        else:
            subscriptions.undo_cancellation(request.stripe_subscription_id, key=key)
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message[:200])
        raise
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, request.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return _end(request, IntentState.SUCCEEDED)


def _end(request: CancelRequest, state: IntentState, *, failure: str = "") -> CancelRequest:
    with transaction.atomic():
        has_ended = CancelRequest.objects.filter(pk=request.pk, state=IntentState.RECORDED).update(
            state=state, failure=failure, ended_at=clock.system_now()
        )
        if has_ended and state == IntentState.FAILED:
            StaffTask.objects.create(
                key=f"cancellation_failed:{request.uuid}",
                kind="cancellation_failed",
                organization=request.organization,
                summary=f"{request.get_action_display()} of {request.stripe_subscription_id} failed: {failure}"[:300],
            )
    request.refresh_from_db()
    return request
