"""A preview: what Stripe says a change would cost, the inputs of the change, and what refuses one."""

from datetime import timedelta

import pytest

from billing import clock
from billing.errors import (
    CancellationPending,
    CurrencyLocked,
    ItemUnclear,
    NoSubscription,
    NothingToChange,
    NotPerSeat,
    SeatsBelowUsed,
    UnknownPlan,
)
from billing.gateway.client import client
from billing.models import ChangePreview, Plan, Price
from billing.services.cancellation import cancel_at_period_end
from billing.terms import ChangeBehaviour
from tests.billing.services.changing import give_credit, latest_invoice, preview, starter, team, yearly
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_upgrade_is_charged_now_for_the_rest_of_the_period(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    shop.advance("P30D")
    shop.look_at(subscription)

    shown = preview(shop, shop.scale)

    assert (shown.direction, shown.behaviour) == ("up", "now_invoice")
    assert [line["amount_minor"] < 0 for line in shown.lines] == [True, False]
    assert shown.due_now_minor == shown.total_minor == sum(line["amount_minor"] for line in shown.lines) > 0
    assert (shown.next_amount_minor, shown.next_at) == (12800, subscription.current_period_end)
    assert shown.effective_at == shown.proration_at
    assert latest_invoice(subscription)["billing_reason"] != "subscription_update"


def test_a_downgrade_waits_for_the_period_end_and_charges_nothing_now(shop: Shop) -> None:
    subscription = shop.subscribe()

    shown = preview(shop, shop.growth)

    assert (shown.direction, shown.behaviour, shown.due_now_minor) == ("down", "period_end", 0)
    assert (shown.next_amount_minor, shown.next_at) == (4800, subscription.current_period_end)
    assert shown.effective_at == subscription.current_period_end
    assert shown.lines == []


def test_a_longer_interval_counts_as_up_and_a_shorter_one_as_down(shop: Shop) -> None:
    shop.subscribe()
    year = yearly(shop, of=shop.scale, amount_minor=128000)

    shown = preview(shop, year)

    assert (shown.direction, shown.behaviour) == ("up", "now_invoice")
    assert shown.due_now_minor == 128000 - 12800


def test_a_trial_goes_on_and_nothing_is_billed_in_it_also_downwards(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    assert subscription.status == "trialing"

    up, down = preview(shop, shop.scale), preview(shop, starter(shop))

    for shown, amount in ((up, 12800), (down, 1600)):
        assert (shown.behaviour, shown.due_now_minor) == ("now_invoice", 0)
        assert (shown.next_amount_minor, shown.next_at) == (amount, subscription.trial_end)


def test_with_the_next_invoice_the_difference_is_on_it(shop: Shop) -> None:
    shop.subscribe(price=shop.growth)
    shop.advance("P20D")

    shown = preview(shop, shop.scale, behaviour=ChangeBehaviour.NOW_NEXT_INVOICE)

    assert (shown.due_now_minor, shown.lines) == (0, [])
    assert [line["is_proration"] for line in shown.next_lines] == [True, True, False]
    assert shown.next_amount_minor > 12800


def test_a_new_cycle_begins_at_once(shop: Shop) -> None:
    shop.subscribe(price=shop.growth)
    shop.advance("P20D")

    shown = preview(shop, shop.scale, behaviour=ChangeBehaviour.RESET_CYCLE)

    assert shown.lines[-1]["amount_minor"] == 12800
    assert shown.next_at - shown.proration_at >= timedelta(days=28)


def test_a_plan_with_seats_is_bought_for_everybody_who_uses_one(shop: Shop) -> None:
    shop.subscribe()
    seats = team(shop)

    assert preview(shop, seats).quantity == 2
    assert preview(shop, seats, quantity=7).next_amount_minor == 7 * 9000
    for _ in range(2):
        MembershipFactory(organization=shop.organization)
    assert preview(shop, seats).quantity == 3
    with pytest.raises(SeatsBelowUsed):
        preview(shop, seats, quantity=2)
    with pytest.raises(NotPerSeat):
        preview(shop, shop.growth, quantity=2)


def test_credit_is_used_now_and_what_is_left_with_the_next_invoice(shop: Shop) -> None:
    subscription = shop.subscribe()
    year = yearly(shop, of=shop.scale, amount_minor=128000)
    give_credit(subscription, amount_minor=116000)

    shown = preview(shop, year)

    assert (shown.total_minor, shown.balance_applied_minor, shown.due_now_minor) == (115200, -115200, 0)
    assert (shown.next_balance_applied_minor, shown.next_amount_minor) == (-800, 128000 - 800)


def test_it_is_valid_for_half_an_hour_and_never_beyond_the_period(shop: Shop) -> None:
    subscription = shop.subscribe()

    early = preview(shop, shop.growth)
    shop.advance(f"PT{int((subscription.current_period_end - shop.now).total_seconds()) - 600}S")
    late = preview(shop, shop.growth)

    assert timedelta(minutes=29) < early.expires_at - clock.system_now() <= timedelta(minutes=30)
    assert late.expires_at - clock.system_now() <= timedelta(minutes=11)


def test_the_grandfathered_price_stays_when_its_own_plan_is_chosen(shop: Shop) -> None:
    shop.subscribe()
    Price.objects.filter(pk=shop.scale.pk).update(is_active=False)
    shop.publish(shop.scale.plan, amount_minor=19900)

    with pytest.raises(NothingToChange):
        preview(shop, shop.scale)


def test_what_cannot_be_changed_to_is_refused(shop: Shop) -> None:
    shop.subscribe(price=shop.growth)
    dollars = shop.publish(shop.scale.plan, amount_minor=12800, currency="usd")

    with pytest.raises(NothingToChange):
        preview(shop, shop.growth)
    with pytest.raises(CurrencyLocked):
        preview(shop, dollars)
    Plan.objects.filter(code="scale").update(is_archived=True)
    with pytest.raises(UnknownPlan):
        preview(shop, shop.scale)

    assert ChangePreview.objects.count() == 0


def test_the_state_decides_first(shop: Shop) -> None:
    with pytest.raises(NoSubscription):
        preview(shop, shop.scale)
    shop.subscribe(price=shop.growth)
    cancel_at_period_end(
        shop.organization,
        reason="",
        comment="",
        request_key="7d3a1a52-4b43-4d6a-8c52-111111111111",
        actor=shop.owner,
        now=shop.now,
    )

    with pytest.raises(CancellationPending):
        preview(shop, shop.scale)


def test_a_cancellation_in_the_dashboard_is_noticed_before_its_webhook(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})

    with pytest.raises(CancellationPending):
        preview(shop, shop.scale)


def test_of_several_items_the_one_of_the_catalogue_is_changed(shop: Shop) -> None:
    subscription = shop.subscribe()
    extra = client().v1.prices.create(
        params={
            "product_data": {"name": "Support"},
            "currency": "eur",
            "unit_amount": 500,
            "recurring": {"interval": "month"},
        }
    )
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"items": [{"price": extra["id"]}], "proration_behavior": "none"}
    )

    assert preview(shop, shop.growth).from_price == shop.scale
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id,
        params={"items": [{"price": shop.growth.stripe_price_id}], "proration_behavior": "none"},
    )
    with pytest.raises(ItemUnclear):
        preview(shop, team(shop))
