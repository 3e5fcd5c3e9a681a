"""Planning another plan for the period's end, replacing it, taking it back."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    ChangeArranged,
    NoChangePending,
    NotFound,
    NothingToChange,
    PreviewStale,
    StripeUnreachable,
    UnderWay,
    UnknownPlan,
)
from billing.gateway.client import client
from billing.models import AuditEntry, ChangePreview, Notice, PlanChange, Price, StaffTask
from billing.terms import ChangeBehaviour, PlanChangeState
from tests.billing.planning import at_stripe, plan, plan_down, preview, schedules_at_stripe, sweep, undo
from tests.billing.services import changing
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
SCHEDULES = "/v1/subscription_schedules*"


def test_the_new_plan_is_planned_and_the_present_one_stays(shop: Shop) -> None:
    subscription = shop.subscribe()

    change = plan_down(shop, subscription)
    shop.work_off()

    [schedule] = schedules_at_stripe()
    first, second = schedule["phases"]
    assert (change.state, change.effective_at) == ("scheduled", subscription.current_period_end)
    assert (schedule["id"], schedule["metadata"]["plan_change"]) == (change.stripe_schedule_id, str(change.uuid))
    assert [phase["items"][0]["price"] for phase in (first, second)] == [
        shop.scale.stripe_price_id,
        shop.growth.stripe_price_id,
    ]
    assert (second["proration_behavior"], schedule["end_behavior"]) == ("none", "release")
    assert at_stripe(subscription)["items"]["data"][0]["price"]["id"] == shop.scale.stripe_price_id
    assert Notice.objects.filter(kind="plan_change_planned").count() == 1


def test_the_renewal_brings_the_new_plan_at_the_previewed_sum(shop: Shop) -> None:
    subscription = shop.subscribe()
    shown = preview(shop, subscription, shop.growth)
    change = plan(shop, shown)
    shop.advance("P36D")

    shop.look_at(subscription)
    sweep(shop)
    shop.look_at(subscription)

    change.refresh_from_db()
    assert change.state == "succeeded"
    assert subscription.stripe_price_id == shop.growth.stripe_price_id
    invoice = client().v1.invoices.list(params={"limit": 1}).data[0]
    assert (invoice["total"], invoice["status"]) == (shown.next_amount_minor, "paid")
    assert Notice.objects.filter(kind="plan_change_happened").count() == 1
    assert schedules_at_stripe(status="active") == []
    assert at_stripe(subscription)["schedule"] is None


def test_the_same_form_sent_twice_plans_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    shown, key = preview(shop, subscription, shop.growth), uuid4()

    first = plan(shop, shown, request_key=key)
    again = plan(shop, shown, request_key=key)

    assert first.pk == again.pk
    assert len(schedules_at_stripe()) == 1
    assert AuditEntry.objects.filter(action="plan_change_planned").count() == 1


@pytest.mark.parametrize("step", ["create", "update"])
@pytest.mark.parametrize("fault", ["http_500_before", "http_500_after_commit"])
def test_a_step_without_an_answer_is_finished_later(shop: Shop, step: str, fault: str) -> None:
    subscription = shop.subscribe()
    path = "/v1/subscription_schedules" if step == "create" else "/v1/subscription_schedules/*"
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": path})
    with pytest.raises(StripeUnreachable):
        plan_down(shop, subscription)

    sweep(shop)

    assert PlanChange.objects.get().state == "scheduled"
    [schedule] = schedules_at_stripe()
    assert len(schedule["phases"]) == 2
    assert Notice.objects.filter(kind="plan_change_planned").count() == 1


def test_undo_lets_the_present_plan_go_on(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)

    change = undo(shop)
    sweep(shop)
    shop.advance("P32D")

    shop.look_at(subscription)
    assert change.state == "canceled"
    assert schedules_at_stripe(status="active") == []
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
    assert Notice.objects.filter(kind="plan_change_taken_back").count() == 1


def test_undo_that_stripe_did_not_hear_is_carried_out_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    key = uuid4()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": SCHEDULES})
    with pytest.raises(StripeUnreachable):
        undo(shop, request_key=key)
    assert PlanChange.objects.get().state == "scheduled"

    sweep(shop)

    assert PlanChange.objects.get().state == "canceled"
    assert undo(shop, request_key=key).state == "canceled"
    assert at_stripe(subscription)["schedule"] is None


def test_undo_needs_something_planned(shop: Shop) -> None:
    shop.subscribe()

    with pytest.raises(NoChangePending):
        undo(shop)


def test_a_newer_plan_replaces_the_one_that_waits(shop: Shop) -> None:
    subscription = shop.subscribe()
    starter = changing.starter(shop)
    first = plan_down(shop, subscription)

    second = plan(shop, preview(shop, subscription, starter))

    first.refresh_from_db()
    [schedule] = schedules_at_stripe(status="active")
    assert (first.state, second.state) == ("superseded", "scheduled")
    assert schedule["phases"][1]["items"][0]["price"] == starter.stripe_price_id
    assert schedule["metadata"]["plan_change"] == str(second.uuid)


def test_what_is_planned_already_is_not_planned_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    tabs = [preview(shop, subscription, shop.growth) for _ in range(2)]
    planned = plan(shop, tabs[0])
    shop.work_off()
    calls = writes(shop)

    again = plan(shop, tabs[1])
    shop.work_off()

    assert (again.pk, writes(shop)) == (planned.pk, calls)
    assert PlanChange.objects.count() == Notice.objects.filter(kind="plan_change_planned").count() == 1
    with pytest.raises(NothingToChange):
        plan_down(shop, subscription)


def writes(shop: Shop) -> int:
    return len([call for call in shop.sandbox.requests()["data"] if call["method"] == "POST"])


def test_what_was_shown_must_still_hold(shop: Shop) -> None:
    subscription = shop.subscribe()
    late, outdated, sold_out = (preview(shop, subscription, shop.growth) for _ in range(3))
    ChangePreview.objects.filter(pk=late.pk).update(expires_at=clock.system_now())
    with pytest.raises(PreviewStale):
        plan(shop, late)
    changing.give_coupon(subscription)
    with pytest.raises(PreviewStale):
        plan(shop, outdated)
    Price.objects.filter(pk=shop.growth.pk).update(is_active=False)
    with pytest.raises(UnknownPlan):
        plan(shop, sold_out)
    with pytest.raises(NotFound):
        plan(shop, preview(shop, subscription, changing.starter(shop), behaviour=ChangeBehaviour.NOW_INVOICE))

    assert not PlanChange.objects.exists()
    assert schedules_at_stripe() == []


def test_two_replacements_at_once_leave_one_plan(shop: Shop) -> None:
    subscription = shop.subscribe()
    starter = changing.starter(shop)
    plan_down(shop, subscription)
    shown = [preview(shop, subscription, price) for price in (starter, starter)]

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda one: in_thread(shop, one), shown))
    sweep(shop)

    waiting = PlanChange.objects.filter(state="scheduled")
    [schedule] = schedules_at_stripe(status="active")
    assert None in outcomes or len(outcomes) == 2
    assert waiting.count() == 1
    assert schedule["metadata"]["plan_change"] == str(waiting.get().uuid)
    assert schedule["phases"][1]["items"][0]["price"] == starter.stripe_price_id


def in_thread(shop: Shop, shown) -> PlanChange | None:
    try:
        return plan(shop, shown)
    except UnderWay:
        return None
    finally:
        connection.close()


def test_a_wish_that_never_reached_stripe_ends_and_leaves_no_schedule(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscription_schedules/*"})
    with pytest.raises(StripeUnreachable):
        plan_down(shop, subscription)
    PlanChange.objects.update(created_at=PlanChange.objects.get().created_at.replace(year=2020))

    sweep(shop)

    change = PlanChange.objects.get()
    assert (change.state, at_stripe(subscription)["schedule"]) == (PlanChangeState.FAILED, None)
    assert StaffTask.objects.get(kind="plan_change_failed").organization == shop.organization


def test_what_was_arranged_in_the_dashboard_is_not_overwritten(shop: Shop) -> None:
    subscription = shop.subscribe()
    stripe = client().v1.subscription_schedules
    schedule = stripe.create(params={"from_subscription": subscription.stripe_subscription_id})
    [present] = schedule["phases"]
    scale = {"items": [{"price": shop.scale.stripe_price_id}]}
    phases = [
        {**scale, "start_date": present["start_date"], "end_date": present["end_date"]},
        {"items": [{"price": shop.growth.stripe_price_id}], "duration": {"interval": "year"}},
    ]
    stripe.update(schedule["id"], params={"phases": phases})

    with pytest.raises(ChangeArranged):
        plan_down(shop, subscription)
    sweep(shop)

    assert at_stripe(subscription)["schedule"] == schedule["id"]
    assert not PlanChange.objects.exists()
