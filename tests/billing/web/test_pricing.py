"""The pricing page: what visitors, customers and members see of plans, intervals and currencies."""

import pytest

from billing.models import DunningPolicy, DunningRule, Plan, TrialRedemption
from billing.rules.dunning.policy import STANDARD_BODY
from tests.billing.situations import buy, try_locally
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db


def test_a_visitor_sees_each_plan_with_its_price_and_a_way_to_start(client, catalogue) -> None:
    page = client.get("/")

    text = words(page)
    assert page.status_code == 200
    for said in (
        "€0",
        "€16 a month",
        "€48",
        "€16 per person and month, from 8",
        "Start with Free",
        "Choose Starter",
        "Try for 14 days",
    ):
        assert said in text
    assert 'href="/start/growth_month_eur/"' in page.content.decode()


def test_yearly_prices_say_what_they_leave_out(client, catalogue) -> None:
    text = words(client.get("/?interval=year"))

    assert "€480 a year" in text
    assert "Yearly, 2 months free" in text


def test_the_currency_can_be_chosen_before_the_first_checkout(client, catalogue) -> None:
    page = client.get("/?currency=USD")

    assert "US$48" in words(page)
    assert 'href="/start/growth_month_usd/"' in page.content.decode()


def test_a_currency_fixed_by_invoices_is_kept_and_the_change_refused_in_words(
    catalogue, alice, browser_of, now
) -> None:
    buy(alice.organization, now=now, status="canceled", ended_at=now)

    text = words(browser_of(alice).get("/?currency=usd"))

    assert "Your invoices stay in EUR" in text
    assert "€48" in text
    assert "US$" not in text


@pytest.mark.parametrize("query", ["interval=week", "currency=xxx", "currency=%00"])
def test_a_choice_that_is_not_on_sale_is_a_clear_400(client, catalogue, query) -> None:
    page = client.get(f"/?{query}")

    assert page.status_code == 400
    assert "Reference" in words(page)


def test_a_customer_sees_the_own_plan_and_no_second_checkout(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, plan="starter", now=now)

    page = browser_of(alice).get("/")

    assert "Starter Your plan" in words(page)
    assert "/start/" not in page.content.decode()


def test_a_running_trial_leads_on_to_its_plan(catalogue, alice, browser_of, now) -> None:
    try_locally(alice.organization, now=now)

    text = words(browser_of(alice).get("/"))

    assert "Growth Your trial" in text
    assert "Keep Growth" in text


def test_who_has_had_a_trial_is_not_offered_another(catalogue, alice, browser_of, now) -> None:
    try_locally(alice.organization, days_left=-1, now=now)
    TrialRedemption.objects.create(email_digest="of Alice", organization=alice.organization)

    text = words(browser_of(alice).get("/"))

    assert "Choose Growth" in text
    assert "14 days" not in text


def test_a_member_reads_who_may_act_and_finds_no_button(catalogue, bob, browser_of) -> None:
    page = browser_of(bob).get("/")

    assert "Alice Nguyen may change plan and payment for Oakline Studio" in words(page)
    assert "/start/" not in page.content.decode()


def test_an_empty_catalogue_is_a_page_all_the_same(client, db) -> None:
    page = client.get("/")

    assert page.status_code == 200


def test_what_a_company_writes_into_its_catalogue_is_escaped(client, catalogue) -> None:
    Plan.objects.filter(code="growth").update(name="<b>Growth</b> & more")

    html = client.get("/").content.decode()

    assert "<b>Growth</b>" not in html
    assert "&lt;b&gt;Growth&lt;/b&gt; &amp; more" in html


@pytest.mark.parametrize(("policy", "is_said"), [("grace", False), ("no_access", True)])
def test_the_answer_about_failed_payments_is_the_companys_choice(
    client, catalogue, settings, policy: str, is_said: bool
) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = policy

    text = words(client.get("/"))

    assert "You keep access for 21 days; from day 14 on everything can be read and nothing changed." in text
    assert ("first payment after a trial, the plan is off until it is paid" in text) is is_said


def test_the_answer_about_failed_payments_promises_no_more_than_the_hardest_policy_in_use(client, catalogue) -> None:
    body = {**STANDARD_BODY, "access": {"read_only_after_days": None, "closed_after_days": 5}}
    DunningPolicy.objects.create(key="short", version=1, body=body, sha256="0" * 64)
    rule = DunningRule.objects.create(position=1, policy_key="short", is_active=False)
    unused = words(client.get("/"))
    DunningRule.objects.filter(pk=rule.pk).update(is_active=True)

    used = words(client.get("/"))

    assert "You keep access for 21 days" in unused
    assert "You keep access for 5 days." in used
