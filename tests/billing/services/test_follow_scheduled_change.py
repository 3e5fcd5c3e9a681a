"""What becomes of a planned change when the subscription, its schedule or the catalogue changes below it."""

from uuid import uuid4

import pytest

from billing.errors import StripeUnreachable
from billing.gateway.client import client
from billing.models import CancelRequest, Notice, PlanChange, Subscription
from billing.services.cancellation import cancel_at_period_end
from tests.billing.planning import at_stripe, plan, plan_down, preview, schedules_at_stripe, sweep
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def state() -> str:
    return PlanChange.objects.get().state


def next_phase() -> dict:
    [schedule] = schedules_at_stripe(status="active")
    return schedule["phases"][1]


def change_at_stripe(subscription: Subscription, **values) -> None:
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params=values)


def set_seats(subscription: Subscription, quantity: int) -> None:
    [item] = at_stripe(subscription)["items"]["data"]
    client().v1.subscription_items.update(item["id"], params={"quantity": quantity, "proration_behavior": "none"})


def test_seats_that_were_added_count_for_the_new_plan_too(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)

    set_seats(subscription, 3)
    shop.look_at(subscription)
    sweep(shop)

    assert next_phase()["items"][0]["quantity"] == 3
    assert at_stripe(subscription)["items"]["data"][0]["quantity"] == 3
    shop.advance("P36D")
    shop.look_at(subscription)
    assert state() == "succeeded"
    assert (subscription.stripe_price_id, subscription.quantity) == (shop.growth.stripe_price_id, 3)
    assert client().v1.invoices.list(params={"limit": 1}).data[0]["total"] == 3 * shop.growth.amount_minor


def test_discount_and_card_go_along_into_the_new_plan(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    card = client().v1.payment_methods.attach(
        "pm_card_mastercard", params={"customer": subscription.stripe_customer_id}
    )
    coupon = client().v1.coupons.create(params={"percent_off": 50, "duration": "forever"})

    change_at_stripe(subscription, default_payment_method=card["id"], discounts=[{"coupon": coupon["id"]}])
    shop.look_at(subscription)
    sweep(shop)

    [discount] = at_stripe(subscription)["discounts"]
    assert next_phase()["default_payment_method"] == card["id"]
    assert next_phase()["discounts"][0]["discount"] == discount
    shop.advance("P36D")
    shop.look_at(subscription)
    invoice = client().v1.invoices.list(params={"limit": 1}).data[0]
    assert (state(), invoice["total"]) == ("succeeded", shop.growth.amount_minor // 2)
    assert at_stripe(subscription)["default_payment_method"] == card["id"]


def test_a_discount_that_was_taken_away_does_not_come_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    coupon = client().v1.coupons.create(params={"percent_off": 50, "duration": "forever"})
    change_at_stripe(subscription, discounts=[{"coupon": coupon["id"]}])
    shop.look_at(subscription)
    plan_down(shop, subscription)

    change_at_stripe(subscription, discounts="")
    shop.look_at(subscription)
    sweep(shop)

    assert next_phase()["discounts"] == []
    assert at_stripe(subscription)["discounts"] == []


def test_a_rewrite_that_stripe_did_not_hear_is_repeated(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    set_seats(subscription, 2)
    shop.look_at(subscription)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscription_schedules/*"})

    sweep(shop)
    quantity = next_phase()["items"][0]["quantity"]
    sweep(shop)

    assert (quantity, next_phase()["items"][0]["quantity"]) == (1, 2)
    assert state() == "scheduled"


def test_a_cancellation_lets_go_of_the_schedule_first(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)

    request = cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )
    sweep(shop)

    shop.look_at(subscription)
    assert (request.state, state()) == ("succeeded", "canceled")
    assert subscription.cancel_at == subscription.current_period_end
    assert schedules_at_stripe(status="active") == []
    assert Notice.objects.filter(kind="plan_change_taken_back").count() == 0


def test_a_change_that_was_not_finished_does_not_undo_a_cancellation(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscription_schedules"})
    with pytest.raises(StripeUnreachable):
        plan_down(shop, subscription)

    cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )
    sweep(shop)

    assert CancelRequest.objects.get().state == "succeeded"
    assert state() == "failed"
    assert at_stripe(subscription)["cancel_at_period_end"]


def test_an_ended_subscription_ends_its_change(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)

    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    shop.look_at(subscription)
    sweep(shop)

    assert state() == "canceled"
    assert PlanChange.objects.get().released_at is not None


def test_a_renewal_that_is_not_paid_has_brought_the_new_plan_all_the_same(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    failing = client().v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", params={"customer": subscription.stripe_customer_id}
    )
    change_at_stripe(subscription, default_payment_method=failing["id"])
    shop.look_at(subscription)
    sweep(shop)

    shop.advance("P36D")
    shop.look_at(subscription)
    sweep(shop)

    assert (state(), subscription.status) == ("succeeded", "past_due")
    assert subscription.stripe_price_id == shop.growth.stripe_price_id


def test_what_is_owed_before_the_day_ends_the_change(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    failing = client().v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", params={"customer": subscription.stripe_customer_id}
    )
    change_at_stripe(subscription, default_payment_method=failing["id"])
    [item] = at_stripe(subscription)["items"]["data"]
    client().v1.subscription_items.update(item["id"], params={"quantity": 4, "proration_behavior": "always_invoice"})

    shop.look_at(subscription)
    sweep(shop)

    assert subscription.status == "past_due"
    assert state() == "canceled"
    assert at_stripe(subscription)["schedule"] is None


def test_a_yearly_price_begins_with_a_whole_year(shop: Shop) -> None:
    subscription = shop.subscribe()
    yearly = shop.publish(shop.growth.plan, amount_minor=48000, interval="year")
    plan(shop, preview(shop, subscription, yearly))
    shop.advance("P36D")
    shop.look_at(subscription)

    assert state() == "succeeded"
    assert client().v1.invoices.list(params={"limit": 1}).data[0]["total"] == 48000
    assert (subscription.current_period_end - subscription.current_period_start).days >= 365
