"""The billing page in each situation: who may look, what it says, and how much it asks of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import ChargeAttempt, Invoice
from tests.billing import situations
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db

SAYS = {
    "go_active": ["Growth Active", "Next charge €48.00", "Visa 4242", "Cancel Growth", "Card and billing details"],
    "go_trialing": ["Growth Trialing", "First charge €48.00", "Visa 4242", "Cancel Growth"],
    "go_cancelling": ["Growth ends on", "You will not be charged again", "Keep Growth", "Next charge None"],
    "go_past_due": [
        "The payment of €48.00 for Growth did not go through",
        "there was not enough money on Visa 4242",
        "Nothing was taken",
        "Your team keeps working as before until",
        "Pay €48.00",
        "Use another card",
        "We try again on",
    ],
    "go_locked": ["did not go through", "Growth is off until it is paid", "You use Free", "Cancel Growth"],
    "go_incomplete": ["did not go through", "Growth begins when the payment arrives", "Growth Incomplete"],
    "go_ended": ["Growth ended on", "You will not be charged again", "Plan Free", "Choose a plan"],
    "go_refused": [
        "This card has had a trial before",
        "Nothing was charged",
        "pay from the first day",
        "Go on with Growth",
    ],
    "go_without_card": [
        "Your trial ends on",
        "Without one Growth ends on that day",
        "Add a card",
        "Then Nothing",
        "Growth ends.",
    ],
    "go_ended_without_card": ["Your trial of Growth ended on", "without a card", "Go on with Growth", "Plan Free"],
    "go_paused": [
        "Growth is paused: the trial ended without a card",
        "Nothing was charged",
        "Go on with Growth",
        "Growth Paused",
        "You use Free",
    ],
    "try_locally": ["Growth Trialing", "Trial without a card", "Then Nothing", "Keep Growth"],
}


@pytest.mark.parametrize("situation", SAYS)
def test_each_situation_is_said_in_words(catalogue, alice, browser_of, now, situation) -> None:
    getattr(situations, situation)(alice.organization, now=now)

    page = browser_of(alice).get("/billing/")

    text = words(page)
    assert page.status_code == 200
    assert [said for said in SAYS[situation] if said not in text] == []


@pytest.mark.parametrize("situation", SAYS)
def test_there_is_one_banner_and_one_main_button_at_most(catalogue, alice, browser_of, now, situation) -> None:
    getattr(situations, situation)(alice.organization, now=now)

    html = browser_of(alice).get("/billing/").content.decode()

    assert html.count('class="banner') <= 1
    assert html.count("btn--main") <= 1


def test_nothing_bought_is_the_free_plan_with_one_way_on(catalogue, alice, browser_of) -> None:
    text = words(browser_of(alice).get("/billing/"))

    for said in ("Plan Free", "Next charge None", "Choose a plan", "No invoices yet", "Nothing yet."):
        assert said in text


def test_all_reasons_that_nobody_may_learn_share_one_text(catalogue, alice, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)
    texts = []

    for code in ("stolen_card", "fraudulent", "invalid_account", "stop_payment_order", "invalid_amount"):
        ChargeAttempt.objects.update(decline_code=code)
        texts.append(words(browser_of(alice).get("/billing/")))

    assert len(set(texts)) == 1
    assert "Please use another card, or ask your bank." in texts[0]


def test_a_bank_that_wants_the_customer_asks_for_no_new_card(catalogue, alice, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)
    ChargeAttempt.objects.update(decline_code="authentication_required")

    text = words(browser_of(alice).get("/billing/"))

    assert "Confirm with your bank" in text
    assert "Use another card" not in text


def test_a_renewal_that_no_bank_refused_is_not_called_a_refusal(catalogue, alice, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)
    ChargeAttempt.objects.all().delete()

    text = words(browser_of(alice).get("/billing/"))

    assert "The payment of €48.00 for Growth is not finished Your bank may want you to confirm it." in text
    assert "Please use another card, or ask your bank" not in text


def test_the_pay_link_is_the_hosted_invoice(catalogue, alice, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)

    html = browser_of(alice).get("/billing/").content.decode()

    assert f'class="btn btn--main" href="{Invoice.objects.get().hosted_invoice_url}"' in html


def test_a_member_may_look_but_finds_no_action(catalogue, alice, bob, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)

    page = browser_of(bob).get("/billing/")

    html = page.content.decode()
    assert "Alice Nguyen may change plan and payment" in words(page)
    assert "/billing/portal/" not in html
    assert "/billing/cancel/" not in html
    assert Invoice.objects.get().hosted_invoice_url not in html


def test_a_stranger_sees_the_own_organization_only(catalogue, alice, charlie, browser_of, now) -> None:
    situations.go_active(alice.organization, now=now)

    html = browser_of(charlie).get("/billing/").content.decode()

    assert "Oakline" not in html
    assert "OAK-0020" not in html


def test_who_is_not_signed_in_is_sent_to_sign_in(client, db) -> None:
    assert client.get("/billing/").status_code == 302
    assert client.get("/billing/invoices/").status_code == 302


def test_more_history_costs_no_more_queries(catalogue, alice, browser_of, now) -> None:
    browser = browser_of(alice)
    subscription = situations.go_active(alice.organization, now=now)
    with CaptureQueriesContext(connection) as few:
        browser.get("/billing/")

    for number in range(30):
        invoice = situations.give_invoice(subscription, number=f"MORE-{number}", created_at=now)
        situations.tell(alice.organization, "invoice", invoice.stripe_invoice_id, to="paid", at=now)
    with CaptureQueriesContext(connection) as many:
        browser.get("/billing/")

    assert len(many) <= len(few) <= 33


def test_names_that_people_choose_are_escaped(catalogue, alice, browser_of) -> None:
    alice.organization.name = "<script>alert(1)</script>"
    alice.organization.save()

    html = browser_of(alice).get("/billing/").content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
