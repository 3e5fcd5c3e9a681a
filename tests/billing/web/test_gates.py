"""A page that a plan must hold: with it the page, without it the offer and 402."""

from datetime import timedelta

import pytest

from tests.billing.situations import buy, go_locked, go_past_due, try_locally
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db


def test_a_plan_with_the_feature_opens_the_page_and_names_its_limits(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, now=now)

    page = browser_of(alice).get("/app/")

    text = words(page)
    assert page.status_code == 200
    assert "People 1 of 50" in text
    assert "Growth stops at 100 projects" in text
    assert "The audit log comes with a higher plan" in text


def test_a_trial_and_a_grace_period_open_it_too(catalogue, alice, charlie, browser_of, now) -> None:
    try_locally(alice.organization, now=now)
    go_past_due(charlie.organization, now=now)

    assert browser_of(alice).get("/app/").status_code == 200
    assert browser_of(charlie).get("/app/").status_code == 200


def test_free_gets_the_offer_with_price_and_one_button(catalogue, alice, browser_of) -> None:
    page = browser_of(alice).get("/app/")

    text = words(page)
    assert page.status_code == 402
    assert "Exports, from Growth up" in text
    assert "€48.00 a month" in text
    assert 'href="/billing/choose/growth_month_eur/"' in page.content.decode()


def test_the_offer_is_in_the_customers_currency(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, now=now, currency="usd", status="canceled", ended_at=now - timedelta(days=1))

    assert "US$48.00 a month" in words(browser_of(alice).get("/app/"))


def test_a_lower_plan_is_not_offered_a_second_checkout(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, plan="starter", now=now)

    page = browser_of(alice).get("/app/")

    assert page.status_code == 402
    assert "/billing/choose/" not in page.content.decode()
    assert "See the sum for Growth" in words(page)
    assert "/billing/plan/growth_month_eur/" in page.content.decode()


def test_a_member_reads_who_can_choose_it(catalogue, bob, browser_of) -> None:
    page = browser_of(bob).get("/app/")

    assert page.status_code == 402
    assert "/billing/choose/" not in page.content.decode()
    assert "An owner or a billing manager of Oakline Studio can choose it" in words(page)


def test_an_unpaid_plan_leads_to_billing_and_not_to_a_change_of_plan(catalogue, alice, browser_of, now) -> None:
    go_locked(alice.organization, now=now)

    page = browser_of(alice).get("/app/")

    assert page.status_code == 402
    assert "Exports: Growth is off" in words(page)
    assert "See the sum" not in words(page)
    assert 'class="btn btn--main" href="/billing/"' in page.content.decode()
