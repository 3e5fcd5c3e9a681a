"""Carries out a recorded change of seats at Stripe, reads back and ends it; it must not decide how many there are."""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from billing import clock
from billing.errors import SeatChangeFailed, StripeRefused, StripeUnreachable, UnderWay
from billing.gateway import objects
from billing.gateway.item_quantities import ItemQuantity, pooled_minor, set_quantity
from billing.mirror import shapes
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PlanChange, SeatChange, Subscription, open_staff_task
from billing.terms import ChangeBehaviour, IntentState, ObjectKind, PlanChangeState, SeatChangeOrigin

_LEASE_WAIT_SECONDS = 2.0
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_NOT_BESIDE = (PlanChangeState.RECORDED.value, PlanChangeState.AWAITING_PAYMENT.value)


def lock_subscription(stripe_subscription_id: str) -> None:
    """Hold the subscription (`sub_…`) in the caller's transaction: whoever decides a change of its seats meets here.

    Raises UnderWay beside a change of plan that is on its way: two decisions from one state would contradict.
    """
    Subscription.objects.select_for_update().get(stripe_subscription_id=stripe_subscription_id)
    if PlanChange.objects.filter(stripe_subscription_id=stripe_subscription_id, state__in=_NOT_BESIDE).exists():
        raise UnderWay()


def carry_out(change: SeatChange) -> SeatChange:
    """Do what is left of a recorded change, and return it succeeded. Must be called outside any transaction.

    Safe to repeat: both steps have keys of their own; when those are too old, what Stripe has decides. Raises
    StripeUnreachable (it stays recorded, and a sweep repeats it), StripeRefused and CardDeclined (it has failed),
    SeatChangeFailed for one that failed before.
    """
    if change.state == IntentState.RECORDED:
        _tell_stripe(change)
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
        change.pooled_minor = _pooled_minor(change)
        _end(change, IntentState.SUCCEEDED)
    if change.state == IntentState.FAILED:
        raise SeatChangeFailed()
    return change


def _tell_stripe(change: SeatChange) -> None:
    if clock.system_now() - change.created_at > _KEY_IS_SAFE_FOR:
        if not _has_happened(_step(change, change.quantity), is_ours=False):
            _end(change, IntentState.FAILED, failure="never reached Stripe", needs_staff=True)
            raise SeatChangeFailed()
        return
    is_charged = False
    try:
        if change.charged_quantity != change.from_quantity:
            _set(_charged_step(change), key=f"{change.uuid}:charged")
            is_charged = True
        if change.quantity != change.charged_quantity:
            _set(_step(change, change.quantity), key=f"{change.uuid}:final")
    except StripeRefused as error:
        # Nobody waits for what follows the team; and what is charged for and not given is no person's to mend.
        needs_staff = is_charged or change.origin != SeatChangeOrigin.PERSON
        _end(change, IntentState.FAILED, failure=error.message[:200], needs_staff=needs_staff)
        raise


def _pooled_minor(change: SeatChange) -> int:
    row = Subscription.objects.get(stripe_subscription_id=change.stripe_subscription_id)
    return pooled_minor(row.stripe_subscription_id, stripe_customer_id=row.stripe_customer_id)


def _step(change: SeatChange, quantity: int) -> ItemQuantity:
    return ItemQuantity(
        stripe_subscription_id=change.stripe_subscription_id,
        stripe_item_id=change.stripe_item_id,
        quantity=quantity,
        proration_behavior="none",
        reference=str(change.uuid),
    )


def _charged_step(change: SeatChange) -> ItemQuantity:
    bills_now = change.behaviour == ChangeBehaviour.NOW_INVOICE
    return replace(
        _step(change, change.charged_quantity),
        proration_behavior="always_invoice" if bills_now else "create_prorations",
        proration_at=change.proration_at,
    )


def _set(step: ItemQuantity, *, key: str) -> None:
    """Where Stripe's answer is lost, what it has answers: to the same key it would repeat a fault of its own."""
    try:
        set_quantity(step, key=key)
    except StripeUnreachable:
        if not _has_happened(step, is_ours=True):
            raise


def _has_happened(step: ItemQuantity, *, is_ours: bool) -> bool:
    """Whether Stripe has this quantity; with `is_ours` only if this very change has set it."""
    subscription = objects.fetch(ObjectKind.SUBSCRIPTION, step.stripe_subscription_id)
    if is_ours and shapes.text(subscription, "metadata", "seat_change") != step.reference:
        return False
    items = {item["id"]: item["quantity"] for item in shapes.value(subscription, "items", "data") or []}
    return bool(items.get(step.stripe_item_id) == step.quantity)


def _end(change: SeatChange, state: IntentState, *, failure: str = "", needs_staff: bool = False) -> None:
    with transaction.atomic():
        has_ended = SeatChange.objects.filter(pk=change.pk, state=IntentState.RECORDED).update(
            state=state, failure=failure, pooled_minor=change.pooled_minor, ended_at=clock.system_now()
        )
        if has_ended and needs_staff:
            open_staff_task(
                "seat_change_failed",
                about=str(change.uuid),
                summary=f"{change.stripe_subscription_id} stays at {change.from_quantity} seats instead of "
                f"{change.quantity}: {failure}",
                organization_id=change.organization_id,
            )
    change.refresh_from_db()
