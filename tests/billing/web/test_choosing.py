"""From the pricing page to the confirmation: the choice is kept through sign-up, and looking buys nothing."""

import pytest

from billing.models import CheckoutIntent, LocalTrial, TrialRedemption
from billing.selectors.trial import email_digest
from tests.billing.situations import buy, try_locally
from tests.billing.web.reading import form_fields, words

pytestmark = pytest.mark.django_db


def test_a_visitors_choice_leads_to_sign_up_and_on_to_its_confirmation(client, catalogue, alice) -> None:
    answer = client.get("/start/growth_month_eur/")
    client.force_login(alice.user)
    after_sign_in = client.get("/billing/")

    assert answer.headers["Location"] == "/accounts/signup/?next=%2Fbilling%2Fchoose%2Fgrowth_month_eur%2F"
    assert after_sign_in.headers["Location"] == "/billing/choose/growth_month_eur/"
    assert client.get("/billing/").status_code == 200  # Once is enough.


@pytest.mark.parametrize("address", ["/start/", "/billing/choose/"])
def test_a_price_that_is_not_ours_is_404(catalogue, alice, browser_of, address) -> None:
    page = browser_of(alice).get(f"{address}price_of_somebody_else/")

    assert page.status_code == 404
    assert "not on sale" in words(page)


def test_a_first_plan_with_a_trial_offers_both_ways_and_names_the_day(catalogue, alice, browser_of) -> None:
    page = browser_of(alice).get("/billing/choose/growth_month_eur/")

    text = words(page)
    assert "Start 14 days without a card" in text
    assert "Continue, and add a card" in text
    assert "€48.00 each month" in text
    assert form_fields(page, action="/billing/checkout/")["lookup_key"] == "growth_month_eur"


def test_a_plan_without_a_trial_says_what_is_due_today(catalogue, alice, browser_of) -> None:
    text = words(browser_of(alice).get("/billing/choose/scale_year_eur/"))

    assert "Due today €1,280.00" in text
    assert "without a card" not in text


def test_a_used_trial_is_not_offered_again(catalogue, alice, browser_of) -> None:
    TrialRedemption.objects.create(
        email_digest=email_digest("Alice+again@oakline.example"), organization=alice.organization
    )

    text = words(browser_of(alice).get("/billing/choose/growth_month_eur/"))

    assert "A trial was used before" in text
    assert "Due today €48.00" in text


def test_the_rest_of_a_running_trial_stays_free(catalogue, alice, browser_of, now) -> None:
    try_locally(alice.organization, now=now)

    text = words(browser_of(alice).get("/billing/choose/growth_month_eur/"))

    assert "Keep Growth" in text
    assert "Today Nothing to pay" in text


def test_a_running_trial_of_another_plan_stays_free_for_the_chosen_one(catalogue, alice, browser_of, now) -> None:
    try_locally(alice.organization, now=now)

    text = words(browser_of(alice).get("/billing/choose/scale_month_eur/"))

    assert "Subscribe to Scale" in text
    assert "Today Nothing to pay" in text


def test_who_has_a_plan_is_sent_to_the_billing_page(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, now=now)

    answer = browser_of(alice).get("/billing/choose/scale_month_eur/")

    assert answer.headers["Location"] == "/billing/"


def test_another_currency_than_the_invoices_is_refused_in_words(catalogue, alice, browser_of, now) -> None:
    buy(alice.organization, now=now, status="canceled", ended_at=now)

    page = browser_of(alice).get("/billing/choose/growth_month_usd/")

    assert page.status_code == 409
    assert "Your invoices are in EUR" in words(page)


def test_a_member_may_not_choose(catalogue, bob, browser_of) -> None:
    assert browser_of(bob).get("/billing/choose/growth_month_eur/").status_code == 403


def test_looking_starts_nothing(catalogue, alice, browser_of) -> None:
    browser = browser_of(alice)

    for address in ("/", "/start/growth_month_eur/", "/billing/choose/growth_month_eur/", "/billing/"):
        browser.get(address)

    assert not CheckoutIntent.objects.exists()
    assert not LocalTrial.objects.exists()


def test_a_plan_per_person_names_seats_and_the_sum_of_the_number_that_is_asked_for(
    catalogue, alice, browser_of
) -> None:
    browser = browser_of(alice)

    smallest = browser.get("/billing/choose/scale_month_eur/")
    larger = browser.get("/billing/choose/scale_month_eur/?seats=10")

    assert "8 seats at €16.00" in words(smallest)
    assert "Due today €128.00" in words(smallest)
    assert "Due today €160.00" in words(larger)
    assert form_fields(larger, action="/billing/checkout/")["seats"] == "10"


@pytest.mark.parametrize(("seats", "said"), [("7", "8 seats at least"), ("501", "500 seats at most")])
def test_a_number_of_seats_that_cannot_be_bought_is_refused_beside_its_field(
    catalogue, alice, browser_of, seats, said
) -> None:
    page = browser_of(alice).get(f"/billing/choose/scale_month_eur/?seats={seats}")

    assert page.status_code == 200
    assert said in words(page)
    assert form_fields(page, action="/billing/checkout/")["seats"] == "8"


@pytest.mark.parametrize("seats", ["eight", "-1", "0", "8.5", "9999999"])
def test_what_is_no_number_of_seats_is_refused(catalogue, alice, browser_of, seats) -> None:
    assert browser_of(alice).get(f"/billing/choose/scale_month_eur/?seats={seats}").status_code == 400
