"""What hangs on a subscription beside its invoices: discounts and a schedule of later changes."""

import pytest

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Discount, Subscription, SubscriptionSchedule
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    return shop.subscribe()


def a_coupon() -> str:
    return client().v1.coupons.create(params={"percent_off": 25, "duration": "forever"})["id"]


def test_a_discount_comes_with_its_subscription_and_goes_with_it(shop: Shop, subscription: Subscription) -> None:
    coupon = a_coupon()
    subscriptions = client().v1.subscriptions
    subscriptions.update(subscription.stripe_subscription_id, params={"discounts": [{"coupon": coupon}]})

    shop.look_at(subscription)
    given = Discount.objects.get()
    subscriptions.update(subscription.stripe_subscription_id, params={"discounts": ""})
    shop.look_at(subscription)

    assert (given.stripe_coupon_id, given.organization, given.is_removed) == (coupon, shop.organization, False)
    assert given.stripe_subscription_id == subscription.stripe_subscription_id
    assert Discount.objects.get().is_removed


def test_a_look_at_the_customer_leaves_the_discount_of_the_subscription(
    shop: Shop, subscription: Subscription
) -> None:
    promotion = {"type": "coupon", "coupon": a_coupon()}
    code = client().v1.promotion_codes.create(params={"promotion": promotion, "code": "COMEBACK"})["id"]
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"discounts": [{"promotion_code": code}]}
    )

    refresh(ObjectRef(ObjectKind.CUSTOMER, subscription.stripe_customer_id))
    shop.look_at(subscription)

    assert Discount.objects.get().stripe_promotion_code_id == code


def test_a_schedule_says_what_comes_next_and_ends_when_released(shop: Shop, subscription: Subscription) -> None:
    schedules = client().v1.subscription_schedules
    made = schedules.create(params={"from_subscription": subscription.stripe_subscription_id})
    phase = made["phases"][0]
    now = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    items = [{"price": subscription.stripe_price_id, "quantity": 1}]
    later = {"items": [{"price": shop.growth.stripe_price_id, "quantity": 1}], "proration_behavior": "none"}
    schedules.update(made["id"], params={"phases": [{**now, "items": items}, later]})

    shop.look_at(subscription)
    row = SubscriptionSchedule.objects.get()
    schedules.release(made["id"])
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, made["id"]))

    assert (row.status, row.next_stripe_price_id, row.next_quantity) == ("active", shop.growth.stripe_price_id, 1)
    assert row.current_phase_end == subscription.current_period_end
    row.refresh_from_db()
    assert (row.status, row.stripe_subscription_id) == ("released", subscription.stripe_subscription_id)
    assert row.ended_at is not None
