"""Use case: end a subscription at this moment, and give up what was owed for it; no refund is decided here."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Organization, User
from billing import intents
from billing.errors import NothingToCancel, StripeObjectMissing, StripeRefused, StripeUnreachable
from billing.gateway import invoices, subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CancelRequest, Invoice, Subscription, open_staff_task
from billing.money import Money
from billing.rules.actions import require
from billing.rules.cancellation import check_feedback, voids_what_is_owed
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.terms import IntentState, InvoiceStatus, LifecycleState, ObjectKind, SubscriptionAction

_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, send it again."
_NOW = CancelRequest.Action.CANCEL_NOW


@dataclass(frozen=True, slots=True)
class Leaving:
    """What somebody says who leaves at once. `reason` is a CancellationReason or empty.

    `staff_reason` is why somebody of ours does it: for the record, while reason and comment go to Stripe.
    """

    reason: str = ""
    comment: str = ""
    wants_refund: bool = False
    staff_reason: str = ""


def cancel_now(
    organization: Organization, wish: Leaving, *, request_key: UUID, actor: User | None, now: datetime
) -> CancelRequest:
    """End the subscription at once. What is owed for it is given up; a wish for a refund becomes a task for staff.

    Safe to repeat with the same `request_key`. Raises the refusals of the table of actions, InvalidInput,
    StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    check_feedback(reason=wish.reason, comment=wish.comment)
    request = intents.find_repeated(CancelRequest, organization, request_key, actions=(_NOW,))
    if request is None:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.CANCEL_NOW, lifecycle.state)
        request = _record(lifecycle, wish, request_key=request_key, actor=actor, now=now)
    return _carry_out(request)


def unused_part(organization: Organization, now: datetime) -> Money | None:
    """What was paid for the rest of the period, as Stripe works it out at this moment; None where nothing was.

    `now` is business time. Raises StripeUnreachable.
    """
    lifecycle = lifecycle_of(organization, now)
    subscription = lifecycle.subscription
    if subscription is None or not _is_paid(subscription, now=now):
        return None
    unused = invoices.preview_unused(subscription.stripe_subscription_id)
    return unused if unused.amount_minor > 0 else None


def resume_cancellations_now(now: datetime, *, seconds: float = 10.0) -> int:
    """Go on with what a crash or Stripe's silence left half done; `now` is system time. Returns how many ended.

    Between the end at Stripe and the last void nothing is collected: Stripe stops that with the subscription.
    """
    rows = intents.left_open_since(CancelRequest.objects.filter(action=_NOW), now)
    return intents.finish_open(rows, _carry_out, seconds=seconds)


def _is_paid(subscription: Subscription, *, now: datetime) -> bool:
    """Whether money was taken for the present period: nothing is left over of a trial, a pause or an open invoice."""
    paid_until = subscription.paused_paid_until
    if subscription.status != "active" or (paid_until is not None and paid_until <= now):
        return False
    return Invoice.objects.filter(
        stripe_invoice_id=subscription.stripe_latest_invoice_id, status=InvoiceStatus.PAID.value, total_minor__gt=0
    ).exists()


def _record(
    lifecycle: Lifecycle, wish: Leaving, *, request_key: UUID, actor: User | None, now: datetime
) -> CancelRequest:
    subscription = lifecycle.subscription
    if subscription is None or subscription.organization is None:
        raise NothingToCancel()
    wants_refund = wish.wants_refund and _is_paid(subscription, now=now)
    unused = None
    if wants_refund:
        with suppress(StripeUnreachable):  # Staff can work it out; leaving must not wait for it.
            unused = invoices.preview_unused(subscription.stripe_subscription_id)
    change = lifecycle.change if lifecycle.state == LifecycleState.CHANGE_UNPAID else None
    request = CancelRequest(
        organization=subscription.organization,
        requested_by=actor,
        request_key=request_key,
        action=_NOW,
        stripe_subscription_id=subscription.stripe_subscription_id,
        reason=wish.reason,
        comment=wish.comment,
        voids_open_invoices=voids_what_is_owed(lifecycle.state),
        voids_stripe_invoice_id=change.stripe_invoice_id if change else "",
        wants_refund=wants_refund,
        unused_minor=unused.amount_minor if unused else None,
        unused_currency=unused.currency if unused else "",
    )
    older = CancelRequest.objects.filter(stripe_subscription_id=request.stripe_subscription_id)
    return intents.record(request, event="subscription_cancel_now", supersedes=older, reason=wish.staff_reason)


def _carry_out(request: CancelRequest) -> CancelRequest:
    """End it at Stripe, give up what is owed, read back, close the request. Each step may be repeated."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    try:
        _end_at_stripe(request)
    except StripeRefused as error:
        _close(request, IntentState.FAILED, failure=error.message)
        raise
    for invoice_id in _owed(request):
        # One that was paid or given up meanwhile stays as it is.
        with suppress(StripeRefused):
            invoices.void(invoice_id, key=f"{request.uuid}:void:{invoice_id}")
        refresh(ObjectRef(ObjectKind.INVOICE, invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, request.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return _close(request, IntentState.SUCCEEDED)


def _end_at_stripe(request: CancelRequest) -> None:
    """Cancel it; one that has ended meanwhile is what was wished.

    However old its key is, this may be repeated: a subscription ends once.
    """
    try:
        subscriptions.cancel_unbilled(
            request.stripe_subscription_id,
            feedback=request.reason,
            comment=request.comment,
            key=f"{request.uuid}:{request.action}",
        )
    except StripeObjectMissing:
        subscription_id = request.stripe_subscription_id
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
        if not Subscription.objects.filter(stripe_subscription_id=subscription_id, ended_at__isnull=False).exists():
            raise


def _owed(request: CancelRequest) -> list[str]:
    """The invoices (`in_…`) that the person was told they need not pay."""
    if request.voids_open_invoices:
        return [str(invoice["id"]) for invoice in invoices.list_open(request.stripe_subscription_id)]
    return [request.voids_stripe_invoice_id] if request.voids_stripe_invoice_id else []


def _close(request: CancelRequest, state: IntentState, *, failure: str = "") -> CancelRequest:
    with transaction.atomic():
        has_ended = intents.end(
            request, state, failure=failure, failed_kind="cancellation_failed", said=request.get_action_display()
        )
        if has_ended and state == IntentState.SUCCEEDED and request.wants_refund:
            _tell_staff(request)
    return request


def _tell_staff(request: CancelRequest) -> None:
    unused = "not known"
    if request.unused_minor is not None:
        unused = str(Money(request.unused_minor, request.unused_currency).to_major()) + f" {request.unused_currency}"
    open_staff_task(
        "refund_wished",
        about=str(request.uuid),
        organization_id=request.organization.pk,
        summary=f"{request.stripe_subscription_id} was ended at once and a refund is wished. "
        f"Paid for the rest of the period, by Stripe's reckoning: {unused}",
    )
