"""A planned change gives way to what is done in Stripe's dashboard or in the catalogue, and is not fought for."""

from datetime import timedelta

import pytest
from django.db import transaction

from billing.errors import NotYet
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Notice, PlanChange, Price, StaffTask, SubscriptionSchedule, Transition
from billing.services.follow_scheduled_change import follow_schedule
from billing.terms import ObjectKind
from tests.billing.planning import at_stripe, plan_down, schedules_at_stripe, sweep
from tests.billing.services import changing
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def state() -> str:
    return PlanChange.objects.get().state


def next_phase() -> dict:
    [schedule] = schedules_at_stripe(status="active")
    return schedule["phases"][1]


def test_a_release_in_the_dashboard_wins(shop: Shop) -> None:
    subscription = shop.subscribe()
    change = plan_down(shop, subscription)

    client().v1.subscription_schedules.release(change.stripe_schedule_id)
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, change.stripe_schedule_id))
    shop.look_at(subscription)
    sweep(shop)

    assert state() == "superseded"
    assert at_stripe(subscription)["schedule"] is None
    assert Notice.objects.filter(kind="plan_change_taken_back").count() == 0


def test_a_schedule_that_the_dashboard_cancels_ends_the_subscription_and_the_change(shop: Shop) -> None:
    subscription = shop.subscribe()
    change = plan_down(shop, subscription)

    client().v1.subscription_schedules.cancel(change.stripe_schedule_id)
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, change.stripe_schedule_id))
    shop.look_at(subscription)
    sweep(shop)

    assert subscription.status == "canceled"
    assert state() in ("canceled", "superseded")
    assert PlanChange.objects.get().released_at is not None


def test_another_phase_from_the_dashboard_wins_and_stays(shop: Shop) -> None:
    subscription = shop.subscribe()
    change = plan_down(shop, subscription)
    [schedule] = schedules_at_stripe()
    first = schedule["phases"][0]
    phases = [
        {
            "items": [{"price": shop.scale.stripe_price_id}],
            "start_date": first["start_date"],
            "end_date": first["end_date"],
        },
        {"items": [{"price": shop.scale.stripe_price_id, "quantity": 9}], "duration": {"interval": "month"}},
    ]

    client().v1.subscription_schedules.update(change.stripe_schedule_id, params={"phases": phases})
    shop.look_at(subscription)
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, change.stripe_schedule_id))
    sweep(shop)

    assert state() == "superseded"
    assert next_phase()["items"][0]["quantity"] == 9


def test_what_was_seen_before_we_wrote_supersedes_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    change = plan_down(shop, subscription)
    shop.work_off()
    SubscriptionSchedule.objects.update(
        next_stripe_price_id="price_before", fetched_at=change.written_at - timedelta(seconds=1)
    )
    seen = Transition.objects.get(kind=ObjectKind.SUBSCRIPTION_SCHEDULE.value, aspect="next")

    with transaction.atomic(), pytest.raises(NotYet):
        follow_schedule(seen, now=shop.now)

    assert state() == "scheduled"


def test_a_price_that_the_dashboard_set_wins_and_our_plan_goes(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    starter = changing.starter(shop)
    [item] = at_stripe(subscription)["items"]["data"]

    client().v1.subscription_items.update(item["id"], params={"price": starter.stripe_price_id})
    shop.look_at(subscription)
    sweep(shop)
    shop.advance("P36D")
    shop.look_at(subscription)

    assert state() == "superseded"
    assert subscription.stripe_price_id == starter.stripe_price_id


@pytest.mark.parametrize("archived", ["price", "plan"])
def test_a_target_that_is_sold_no_more_is_dropped(shop: Shop, archived: str) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    if archived == "price":
        Price.objects.filter(pk=shop.growth.pk).update(is_active=False)
    else:
        type(shop.growth.plan).objects.filter(pk=shop.growth.plan_id).update(is_archived=True)

    sweep(shop)
    shop.advance("P36D")
    shop.look_at(subscription)

    assert state() == "canceled"
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
    assert StaffTask.objects.filter(kind="plan_change_dropped").count() == 1
    assert Notice.objects.filter(kind="plan_change_dropped").count() == 1
