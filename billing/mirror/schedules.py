"""Carries a planned change to Stripe in recorded steps and reads back what they left; it decides no change."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from billing import clock
from billing.errors import CancellationPending, ChangeArranged, LeaseLost, LeaseTaken, StripeRefused
from billing.gateway import objects, schedules
from billing.mirror import shapes
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Customer, PlanChange
from billing.rules.scheduled_change import followed_quantity
from billing.selectors.planned_change import planned_of
from billing.terms import ObjectKind, PlanChangeState

_LEASE_WAIT_SECONDS = 2.0


def attach_schedule(change: PlanChange) -> None:
    """First step: see that the subscription has a schedule and commit its id, so that none is left that nobody knows.

    Asks Stripe first: an earlier try may have made one whose answer was lost, and the empty rest of another change
    may serve, too. Safe to repeat. Raises ChangeArranged where another schedule still has something ahead,
    CancellationPending, StripeUnreachable, StripeRefused.
    """
    subscription_id = change.stripe_subscription_id
    subscription = objects.fetch(ObjectKind.SUBSCRIPTION, subscription_id)
    schedule_id = shapes.text(subscription, "schedule")
    if subscription["cancel_at"]:
        # The end that is set would be lost: a schedule that lets go takes it back.
        raise CancellationPending()
    if not schedule_id:
        schedule_id = schedules.create_from_subscription(subscription_id, key=f"{change.uuid}:schedule")["id"]
    elif not schedules.is_idle(objects.fetch(ObjectKind.SUBSCRIPTION_SCHEDULE, schedule_id)):
        raise ChangeArranged()
    change.stripe_schedule_id = schedule_id
    with transaction.atomic():
        change.save(update_fields=["stripe_schedule_id"])
        others = PlanChange.objects.filter(stripe_schedule_id=schedule_id, released_at=None).exclude(pk=change.pk)
        others.update(released_at=clock.recent_business_now())


def write_phases(change: PlanChange) -> None:
    """Second step: let the present run out as it is at Stripe now, and the planned price begin after it.

    Each try is a revision of its own, because setting the phases twice does no harm, and setting old ones would.
    Seats that were added or given up since the preview count for the new plan, too. Safe to repeat. Raises
    StripeUnreachable, StripeRefused.
    """
    schedule = objects.fetch(ObjectKind.SUBSCRIPTION_SCHEDULE, change.stripe_schedule_id)
    if not schedules.is_open(schedule) or not schedule["current_phase"]:
        raise StripeRefused("The schedule is over.")
    subscription = objects.fetch(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id)
    _note_revision(change, subscription=subscription)
    customer = Customer.objects.filter(stripe_customer_id=shapes.text(subscription, "customer")).first()
    schedules.plan_next_phase(
        schedule,
        subscription=subscription,
        following=schedules.NextPhase(
            _from_price_id(change), change.price.stripe_price_id, change.quantity, change.price.interval
        ),
        customer_card=customer.default_stripe_payment_method_id if customer else "",
        mark=str(change.uuid),
        key=f"{change.uuid}:phases:{change.revision}",
    )
    PlanChange.objects.filter(pk=change.pk, written_revision__lt=change.revision).update(
        written_revision=change.revision, written_at=clock.system_now()
    )


def _note_revision(change: PlanChange, *, subscription: Any) -> None:
    """Commit what is about to be written, under a number that no other try has."""
    with transaction.atomic():
        row = PlanChange.objects.select_for_update().get(pk=change.pk)
        quantity = _quantity_of(subscription, price_id=_from_price_id(change))
        ends_at = datetime.fromtimestamp(schedules.period_end(subscription), tz=UTC)
        if row.state == PlanChangeState.RECORDED and row.effective_at not in (None, ends_at):
            raise StripeRefused("The day that was shown has passed.")
        row.effective_at = ends_at
        row.quantity = followed_quantity(
            planned_of(row),
            quantity=quantity,
            before=row.from_price.plan.seat_terms if row.from_price else None,
            after=row.price.plan.seat_terms,
        )
        row.from_quantity = quantity
        row.revision += 1
        row.save(update_fields=["effective_at", "quantity", "from_quantity", "revision"])
    change.refresh_from_db()


def _from_price_id(change: PlanChange) -> str:
    return change.from_price.stripe_price_id if change.from_price else ""


def _quantity_of(subscription: Any, *, price_id: str) -> int:
    """Of the item that is to change."""
    for item in subscription["items"]["data"]:
        if item["price"]["id"] == price_id:
            return int(item["quantity"] or 1)
    raise StripeRefused("The subscription has another price by now.")


def release_schedule(stripe_subscription_id: str, *, key: str, only_id: str = "") -> bool:
    """Take off the schedule that manages the subscription (`sub_…`), which goes on as it is. False if there was none.

    With `only_id` (`sub_sched_…`) another one is left alone. While one is attached Stripe refuses every planned end
    ("Please update the schedule instead": https://github.com/laravel/cashier-stripe/issues/1748, read 2026-11-30).
    Asks Stripe, not our rows. `key` is of a committed row. Safe to repeat. Raises StripeUnreachable, StripeRefused.
    """
    schedule_id = shapes.text(objects.fetch(ObjectKind.SUBSCRIPTION, stripe_subscription_id), "schedule")
    if not schedule_id or (only_id and schedule_id != only_id):
        return False
    _release(schedule_id, key=key)
    look_at_schedule(schedule_id, stripe_subscription_id=stripe_subscription_id)
    return True


def refuse_arranged(stripe_subscription_id: str) -> None:
    """Raise ChangeArranged where a schedule that none of our changes made still has something ahead (`sub_…`)."""
    schedule_id = shapes.text(objects.fetch(ObjectKind.SUBSCRIPTION, stripe_subscription_id), "schedule")
    if not schedule_id or PlanChange.objects.filter(stripe_schedule_id=schedule_id).exists():
        return
    if not schedules.is_idle(objects.fetch(ObjectKind.SUBSCRIPTION_SCHEDULE, schedule_id)):
        raise ChangeArranged()


def _release(schedule_id: str, *, key: str) -> None:
    try:
        schedules.release(schedule_id, key=key)
    except StripeRefused:
        # It may have run out between our look and our call.
        if schedules.is_open(objects.fetch(ObjectKind.SUBSCRIPTION_SCHEDULE, schedule_id)):
            raise


def look_at_schedule(stripe_schedule_id: str, *, stripe_subscription_id: str) -> None:
    """Bring both rows up to date; what somebody else is fetching at this moment is left to them."""
    for ref in (
        ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, stripe_schedule_id),
        ObjectRef(ObjectKind.SUBSCRIPTION, stripe_subscription_id),
    ):
        with suppress(LeaseTaken, LeaseLost):
            refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
