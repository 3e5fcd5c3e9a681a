"""A change of plan that is refused: nothing is charged that was not shown, and nothing is overwritten."""

import pytest

from billing.errors import ChangeArranged, ChangeUnpaid, NotFound, PreviewStale, UnknownPlan
from billing.gateway.client import client
from billing.models import ChangePreview, Plan, PlanChange
from tests.billing.services import changing
from tests.billing.services.changing import (
    change,
    give_coupon,
    give_credit,
    latest_invoice,
    preview,
    subscribe_paid,
    use_card,
)
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = {"interval": "month", "interval_count": 1}
STALE = {
    "discount": give_coupon,
    "balance": lambda subscription: give_credit(subscription, amount_minor=500),
    "tax": changing.tax,
    "seats": lambda subscription: client().v1.subscriptions.update(
        subscription.stripe_subscription_id,
        params={
            "items": [
                {
                    "id": client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["items"]["data"][0][
                        "id"
                    ],
                    "quantity": 2,
                }
            ],
            "proration_behavior": "none",
        },
    ),
    "waiting_item": lambda subscription: client().v1.invoice_items.create(
        params={
            "customer": subscription.stripe_customer_id,
            "subscription": subscription.stripe_subscription_id,
            "amount": 700,
            "currency": "eur",
        }
    ),
}


def test_an_unpaid_change_is_paid_or_given_up_before_another_one(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    other = changing.team(shop)
    shown = preview(shop, other)
    use_card(subscription, "pm_card_chargeCustomerFail")
    changing.upgrade(shop)

    with pytest.raises(ChangeUnpaid):
        preview(shop, other)
    with pytest.raises(ChangeUnpaid):
        change(shop, shown)


@pytest.mark.parametrize("what", STALE)
def test_a_sum_that_has_changed_is_never_charged(shop: Shop, what: str) -> None:
    subscription = subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    STALE[what](subscription)
    before = latest_invoice(subscription)["id"]

    with pytest.raises(PreviewStale):
        change(shop, shown)

    assert latest_invoice(subscription)["id"] == before
    assert not PlanChange.objects.exists()


def test_what_was_shown_too_long_ago_or_before_the_renewal_is_shown_anew(shop: Shop) -> None:
    subscribe_paid(shop)
    old, earlier = preview(shop, shop.scale), preview(shop, shop.scale)
    ChangePreview.objects.filter(pk=old.pk).update(expires_at=old.created_at)
    with pytest.raises(PreviewStale):
        change(shop, old)
    shop.advance("P30D")

    with pytest.raises(PreviewStale):
        change(shop, earlier)


def test_a_plan_that_was_archived_meanwhile_is_refused(shop: Shop) -> None:
    subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    Plan.objects.filter(code="scale").update(is_archived=True)

    with pytest.raises(UnknownPlan):
        change(shop, shown)


def test_a_preview_of_somebody_else_does_not_exist(shop: Shop) -> None:
    subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    stranger = MembershipFactory()

    with pytest.raises(NotFound):
        change(shop, shown, organization=stranger.organization, actor=stranger.user)


def test_what_staff_arranged_in_the_dashboard_is_not_overwritten(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    schedule = client().v1.subscription_schedules.create(
        params={"from_subscription": subscription.stripe_subscription_id}
    )
    [phase] = schedule["phases"]
    following = {"items": [{"price": shop.scale.stripe_price_id, "quantity": 1}], "duration": MONTH}
    present = {
        "items": [{"price": shop.growth.stripe_price_id, "quantity": 1}],
        "start_date": phase["start_date"],
        "end_date": phase["end_date"],
    }
    client().v1.subscription_schedules.update(schedule["id"], params={"phases": [present, following]})

    with pytest.raises(ChangeArranged):
        changing.upgrade(shop)

    assert not PlanChange.objects.exists()
