"""Use case: give up a change of plan that waits for its payment; its invoice is then owed no more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import BillingError, NoChangePending, NotFound, StripeRefused
from billing.gateway import invoices
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PlanChange, settle_change
from billing.rules.actions import require
from billing.selectors.change_outcome import outcome_now
from billing.selectors.lifecycle import lifecycle_of
from billing.terms import ObjectKind, PlanChangeState, SubscriptionAction

_LEASE_WAIT_SECONDS = 2.0


def give_up_change(
    organization: Organization, *, change_uuid: UUID, request_key: UUID, actor: User | None, now: datetime
) -> PlanChange:
    """Void the invoice of an unpaid change, so that the plan stays as it is. `now` is business time.

    If it was paid in the meantime the change comes back as succeeded. Safe to repeat with the same `request_key`.
    Raises NotFound, NoChangePending, StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    change = _of(organization, change_uuid)
    if change.undo_request_key != request_key:
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.UNDO_CHANGE, lifecycle.state)
        change = _record(change, request_key=request_key, actor=actor)
    return _void(change, now=now)


def resume_given_up_changes(now: datetime, *, limit: int = 20) -> int:
    """Void what a crash or Stripe's silence left open; `now` is business time. Returns how many ended."""
    waiting = PlanChange.objects.filter(state=PlanChangeState.AWAITING_PAYMENT.value, undo_request_key__isnull=False)
    ended = 0
    for change in waiting.select_related("preview", "price", "from_price").order_by("pk")[:limit]:
        try:
            ended += _void(change, now=now).state != PlanChangeState.AWAITING_PAYMENT
        except BillingError:
            continue  # Still unreachable: the next sweep tries again with the same key.
    return ended


def _of(organization: Organization, change_uuid: UUID) -> PlanChange:
    found = PlanChange.objects.select_related("preview", "price__plan", "from_price__plan")
    change = found.filter(organization=organization, uuid=change_uuid).first()
    if change is None:
        raise NotFound("There is no such change, or it belongs to another organization. Nothing was changed.")
    return change


def _record(change: PlanChange, *, request_key: UUID, actor: User | None) -> PlanChange:
    with transaction.atomic():
        is_first = PlanChange.objects.filter(
            pk=change.pk, state=PlanChangeState.AWAITING_PAYMENT.value, undo_request_key=None
        ).update(undo_request_key=request_key)
        if is_first:
            audit.record(
                "plan_change_given_up",
                subject=str(change.uuid),
                organization=change.organization,
                actor=actor,
                plan=change.price.plan.name,
            )
    change.refresh_from_db()
    if change.state != PlanChangeState.AWAITING_PAYMENT:
        raise NoChangePending()
    return change


def _void(change: PlanChange, *, now: datetime) -> PlanChange:
    """Ask for it once with the change's own key; what the invoice then is decides."""
    if change.state != PlanChangeState.AWAITING_PAYMENT:
        return change
    try:
        invoices.void(change.stripe_invoice_id, key=f"{change.uuid}:void")
    except StripeRefused:
        # It was paid, or voided by somebody else, between our look and our call.
        if not _has_ended(change, now=now):
            raise
        return change
    _has_ended(change, now=now)
    return change


def _has_ended(change: PlanChange, *, now: datetime) -> bool:
    for ref in (
        ObjectRef(ObjectKind.INVOICE, change.stripe_invoice_id),
        ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id),
    ):
        refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
    settle_change(change, outcome_now(change, now=now), at=now)
    return change.state != PlanChangeState.AWAITING_PAYMENT
