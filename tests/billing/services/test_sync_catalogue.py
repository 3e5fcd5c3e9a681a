"""The catalogue file becomes what Stripe sells and what our rows offer, whatever happened before."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import stripe
from django.db import connection

from billing.errors import CatalogueError, StripeUnreachable
from billing.gateway.client import client
from billing.models import Feature, Plan, Price
from billing.selectors.catalogue import offered_currencies, offered_plans, plan_of_price, price_for
from billing.services.sync_catalogue import sync_catalogue
from billing.terms import Interval

pytestmark = pytest.mark.django_db(transaction=True)

OURS = (Path(__file__).resolve().parents[3] / "catalogue.toml").read_text(encoding="utf-8")
DEARER = OURS.replace('month = { eur = "48.00"', 'month = { eur = "52.00"')
WITHOUT_SCALE = OURS[: OURS.index('[[plans]]\ncode = "scale"')]


def prices_at_stripe(*, active: bool = True) -> dict[str, stripe.Price]:
    found = client().v1.prices.list({"active": active, "limit": 100}).auto_paging_iter()
    return {price["id"]: price for price in found}


def keys_at_stripe() -> dict[str, int]:
    return {price["lookup_key"]: price["unit_amount"] for price in prices_at_stripe().values()}


def writes(sandbox) -> int:
    return len([request for request in sandbox.requests(limit=500)["data"] if request["method"] == "POST"])


def test_first_run_publishes_three_products_and_twelve_prices(sandbox):
    sync_catalogue(OURS)

    assert len(keys_at_stripe()) == 12
    assert keys_at_stripe()["growth_month_eur"] == 4800
    assert {product["id"] for product in client().v1.products.list().auto_paging_iter()} == {
        "plan_starter",
        "plan_growth",
        "plan_scale",
    }
    assert Price.objects.filter(is_active=True).count() == 12


def test_second_run_finds_nothing_to_do_and_writes_nothing_to_stripe(sandbox):
    sync_catalogue(OURS)
    before = writes(sandbox)

    again = sync_catalogue(OURS)

    assert (again.at_stripe, again.in_rows) == ((), ())
    assert before == writes(sandbox) > 0


def test_dry_run_tells_everything_and_changes_nothing(sandbox):
    told = sync_catalogue(OURS, is_dry_run=True)

    assert "create price growth_month_eur: 48.00 EUR" in told.at_stripe
    assert "add plans.growth" in told.in_rows
    assert keys_at_stripe() == {}
    assert not Plan.objects.exists()


def test_malformed_file_changes_nothing(sandbox):
    sync_catalogue(OURS)

    with pytest.raises(CatalogueError):
        sync_catalogue(DEARER.replace('eur = "160.00"', 'eur = "-160.00"'))

    assert keys_at_stripe()["growth_month_eur"] == 4800
    assert price_for("growth_month_eur").amount_minor == 4800


def test_new_amount_is_a_new_price_and_old_subscribers_keep_theirs(sandbox):
    sync_catalogue(OURS)
    old = price_for("growth_month_eur")

    sync_catalogue(DEARER)

    new = price_for("growth_month_eur")
    assert (new.amount_minor, new.stripe_price_id != old.stripe_price_id) == (5200, True)
    assert list(prices_at_stripe(active=False)) == [old.stripe_price_id]
    assert prices_at_stripe(active=False)[old.stripe_price_id]["unit_amount"] == 4800
    assert plan_of_price(old.stripe_price_id) == new.plan


def test_going_back_to_the_old_amount_sells_it_again(sandbox):
    for text in (OURS, DEARER, OURS):
        sync_catalogue(text)

    assert keys_at_stripe()["growth_month_eur"] == 4800
    assert len(prices_at_stripe()) == 12
    assert price_for("growth_month_eur").amount_minor == 4800


def test_vanished_plan_is_archived_and_comes_back_with_the_same_prices(sandbox):
    sync_catalogue(OURS)
    scale = price_for("scale_month_eur")

    sync_catalogue(WITHOUT_SCALE)

    assert [plan.code for plan in offered_plans()] == ["free", "starter", "growth"]
    assert "scale_month_eur" not in keys_at_stripe()
    assert not client().v1.products.retrieve("plan_scale")["active"]
    assert plan_of_price(scale.stripe_price_id).grants.count() == scale.plan.grants.count() > 0

    sync_catalogue(OURS)

    assert price_for("scale_month_eur") == scale
    assert client().v1.products.retrieve("plan_scale")["active"]


def test_vanished_feature_is_offered_no_more_but_an_archived_plan_still_gives_it(sandbox):
    sync_catalogue(OURS)
    without_sso = WITHOUT_SCALE.replace('[[features]]\ncode = "sso"\nkind = "flag"\nname = "Single sign-on"\n', "")

    sync_catalogue(without_sso)

    assert "sso" not in [feature.code for feature in offered_plans()[0].features]
    assert Plan.objects.get(code="scale").grants.filter(feature__code="sso").exists()
    assert sync_catalogue(without_sso).in_rows == ()


def test_another_plan_can_become_the_free_one(sandbox):
    sync_catalogue(OURS)

    sync_catalogue(OURS.replace('code = "free"', 'code = "hobby"').replace('name = "Free"', 'name = "Hobby"'))

    assert [(plan.code, plan.is_free) for plan in offered_plans()][:2] == [("hobby", True), ("starter", False)]
    assert Plan.objects.get(code="free").is_archived


def test_changed_words_and_limits_reach_stripe_and_the_pages(sandbox):
    sync_catalogue(OURS)

    sync_catalogue(OURS.replace('name = "Growth"', 'name = "Studio"').replace("projects = 100", "projects = 200"))

    growth = offered_plans()[2]
    assert client().v1.products.retrieve("plan_growth")["name"] == growth.name == "Studio"
    assert "200 projects" in [feature.text for feature in growth.features]


def test_lost_answer_leaves_nothing_twice_when_run_again(sandbox):
    sandbox.fault("timeout_after_commit", match={"method": "POST", "path": "/v1/prices"}, times=4)
    with pytest.raises(StripeUnreachable):
        sync_catalogue(OURS)
    assert not Price.objects.exists()
    sandbox.ask("DELETE", "/_sandbox/faults")

    sync_catalogue(OURS)

    assert len(prices_at_stripe()) == len(keys_at_stripe()) == Price.objects.count() == 12


def test_crash_before_the_rows_is_finished_by_the_next_run(sandbox):
    sync_catalogue(OURS)
    rows = set(Price.objects.values_list("stripe_price_id", flat=True))
    Price.objects.all().delete()
    Plan.objects.all().delete()
    Feature.objects.all().delete()

    again = sync_catalogue(OURS)

    assert again.at_stripe == ()
    assert set(Price.objects.values_list("stripe_price_id", flat=True)) == rows


def test_rows_of_a_fresh_database_know_the_prices_of_earlier_subscribers(sandbox):
    sync_catalogue(OURS)
    old = price_for("growth_month_eur").stripe_price_id
    sync_catalogue(DEARER)
    Price.objects.all().delete()

    sync_catalogue(DEARER)

    assert plan_of_price(old).code == "growth"
    assert price_for("growth_month_eur").amount_minor == 5200


def test_two_runs_at_once_end_in_one_catalogue(sandbox):
    def run(_: int) -> None:
        try:
            sync_catalogue(OURS)
        except StripeUnreachable:
            sync_catalogue(OURS)  # What the command tells to do.
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert len(prices_at_stripe()) == len(keys_at_stripe()) == 12
    assert Price.objects.filter(is_active=True).count() == Price.objects.count() == 12
    assert Plan.objects.count() == 4


def test_products_and_prices_of_others_are_not_touched(sandbox):
    client().v1.products.create({"id": "mug", "name": "Mug"}, {"idempotency_key": "mug"})
    mug = client().v1.prices.create(
        {"product": "mug", "currency": "eur", "unit_amount": 900, "lookup_key": "mug"}, {"idempotency_key": "price"}
    )

    sync_catalogue(OURS)

    assert prices_at_stripe()[mug["id"]]["active"]
    assert client().v1.products.retrieve("mug")["active"]


def test_pages_get_plans_in_order_with_ready_words(sandbox):
    sync_catalogue(OURS)

    plans = offered_plans()
    growth = plans[2]
    assert [plan.code for plan in plans] == ["free", "starter", "growth", "scale"]
    assert offered_currencies() == ("eur", "usd")
    assert growth.price(interval=Interval.YEAR, currency="usd").money.amount_minor == 48_000
    assert growth.price(interval=Interval.YEAR, currency="gbp") is None
    assert [feature.text for feature in growth.features if feature.is_included][:4] == [
        "Up to 50 people",
        "100 projects",
        "All your history",
        "50,000 API calls a day",
    ]
    assert [feature.code for feature in plans[0].features if feature.is_included] == [
        "people",
        "projects",
        "history_days",
    ]


def test_prices_say_that_vat_comes_on_top(sandbox):
    sync_catalogue(OURS)

    assert {price["tax_behavior"] for price in prices_at_stripe().values()} == {"exclusive"}
