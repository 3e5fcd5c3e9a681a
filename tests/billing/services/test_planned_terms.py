"""What goes along into the new plan: trial, discount, tax, credit; and that the shown sum is the charged one."""

import pytest

from billing.errors import NoChangePending, StripeUnreachable
from billing.gateway.client import client
from billing.models import PlanChange
from billing.selectors.access import access_for
from tests.billing.planning import at_stripe, plan, plan_down, preview, schedules_at_stripe, sweep, undo
from tests.billing.services import changing
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("interval", ["month", "year"])
def test_the_renewal_charges_the_previewed_sum_with_discount_tax_and_credit(shop: Shop, interval: str) -> None:
    subscription = changing.subscribe_paid(shop, shop.scale)
    changing.give_coupon(subscription)
    changing.tax(subscription)
    changing.give_credit(subscription, amount_minor=500)
    shop.look_at(subscription)
    target = shop.growth if interval == "month" else changing.yearly(shop, of=shop.growth, amount_minor=48000)
    shown = preview(shop, subscription, target)

    plan(shop, shown)
    shop.advance("P30D")
    shop.look_at(subscription)

    invoice = client().v1.invoices.list(params={"limit": 1}).data[0]
    expected = {"month": 4800, "year": 48000}[interval]
    assert invoice["total"] == round(expected * 0.75 * 1.2)
    assert invoice["amount_due"] == shown.next_amount_minor == invoice["total"] - 500
    assert [line["amount"] for line in invoice["lines"]["data"]] == [expected]


def test_a_trial_ends_with_the_new_plan(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    starter = changing.starter(shop)

    change = plan(shop, preview(shop, subscription, starter))
    shop.advance("P20D")
    shop.look_at(subscription)
    sweep(shop)

    change.refresh_from_db()
    assert change.effective_at == subscription.trial_end
    assert (change.state, subscription.status) == ("succeeded", "active")
    invoices = client().v1.invoices.list().data
    assert [invoice["total"] for invoice in invoices] == [starter.amount_minor, 0]


def test_a_trial_that_is_made_longer_takes_the_plan_along(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    change = plan(shop, preview(shop, subscription, changing.starter(shop)))
    later = int(subscription.trial_end.timestamp()) + 7 * 86400

    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"trial_end": later})
    shop.look_at(subscription)
    sweep(shop)

    change.refresh_from_db()
    [schedule] = schedules_at_stripe(status="active")
    assert change.effective_at == subscription.trial_end
    assert schedule["phases"][1]["start_date"] == later
    shop.advance("P16D")
    assert at_stripe(subscription)["status"] == "trialing"
    shop.advance("P8D")
    shop.look_at(subscription)
    assert (PlanChange.objects.get().state, subscription.status) == ("succeeded", "active")


def test_a_year_that_was_paid_runs_out_before_the_month_begins(shop: Shop) -> None:
    yearly = changing.yearly(shop, of=shop.scale, amount_minor=128000)
    subscription = shop.subscribe(price=yearly)
    shown = preview(shop, subscription, shop.scale, behaviour=None)

    change = plan(shop, shown)
    shop.advance("P360D")
    before = shop.look_at(subscription).stripe_price_id
    shop.advance("P10D")
    shop.look_at(subscription)

    change.refresh_from_db()
    assert (shown.direction, shown.behaviour) == ("down", "period_end")
    assert (before, change.state) == (yearly.stripe_price_id, "succeeded")
    invoice = client().v1.invoices.list(params={"limit": 1}).data[0]
    assert invoice["total"] == shown.next_amount_minor == shop.scale.amount_minor
    assert subscription.current_period_start == change.effective_at


def test_access_follows_the_plan_and_not_the_wish(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    planned = access_for(shop.organization, shop.now).plan_code
    shop.advance("P36D")
    shop.look_at(subscription)

    assert (planned, access_for(shop.organization, shop.now).plan_code) == ("scale", "growth")


def test_mailed_invoices_go_on(shop: Shop) -> None:
    subscription = changing.subscribe_paid(shop, shop.scale)
    stripe = client().v1
    terms = {"collection_method": "send_invoice", "days_until_due": 14}
    stripe.subscriptions.update(subscription.stripe_subscription_id, params=terms)
    shop.look_at(subscription)

    plan_down(shop, subscription)
    shop.advance("P30D")

    found = at_stripe(subscription)
    assert found["items"]["data"][0]["price"]["id"] == shop.growth.stripe_price_id
    assert (found["collection_method"], found["days_until_due"]) == ("send_invoice", 14)


def test_a_rewrite_that_comes_after_the_new_plan_began_fails_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    PlanChange.objects.update(wanted_revision=2)
    shop.sandbox.advance("P36D")  # Nobody has told us yet.

    sweep(shop)
    shop.look_at(subscription)
    sweep(shop)

    assert PlanChange.objects.get().state == "succeeded"


def test_a_click_after_the_day_takes_nothing_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    shop.advance("P36D")

    with pytest.raises(NoChangePending):
        undo(shop)

    shop.look_at(subscription)
    assert PlanChange.objects.get().state == "succeeded"


def test_a_change_that_could_not_be_finished_before_its_day_is_given_up(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscription_schedules/*"})
    with pytest.raises(StripeUnreachable):
        plan_down(shop, subscription)
    shop.advance("P36D")

    sweep(shop)
    shop.look_at(subscription)

    assert PlanChange.objects.get().state == "failed"
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
    assert schedules_at_stripe(status="active") == []
