"""The billing page of an unpaid plan says what comes next, by its case: whose turn it is, and until when."""

from datetime import datetime, timedelta

import pytest

from billing.models import DunningCase, Invoice
from tests.billing.refusals import refuse
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SAYS = {
    "insufficient_funds": [
        "not enough money on Visa 4242",
        "Nothing was taken. We try again on",
        "We try €48.00 again",
    ],
    "do_not_honor": ["Your bank refused Visa 4242 this time. Nothing was taken. We try again on"],
    "incorrect_cvc": ["the code of Visa 4242 is not right", "We do not try this card again by ourselves."],
    "currency_not_supported": ["Visa 4242 cannot be used for this payment"],
    "duplicate_transaction": ["The fault may be ours, and we look into it. Nothing was taken."],
    "stolen_card": ["Please use another card, or ask your bank. Nothing was taken. Your team keeps working"],
}
ALWAYS = [
    "The payment of €48.00 for Growth did not go through",
    "Without a payment Growth ends on",
    "While an invoice is open, plan and seats cannot be changed.",
    "So does another card: it is charged as soon as it is there.",
    "Growth ends if the payment has not arrived. You go on with Free",
    "Growth becomes read-only",
    "We remind you by e-mail",
    "Read-only from",
]


@pytest.mark.parametrize("code", SAYS)
def test_it_says_why_and_whose_turn_it_is(catalogue, alice, browser_of, now, code: str) -> None:
    refuse(alice.organization, code, now=now)

    text = words(browser_of(alice).get("/billing/"))

    assert [said for said in (*SAYS[code], *ALWAYS) if said not in text] == []


def test_a_bank_that_asks_is_answered_with_the_same_card(catalogue, alice, browser_of, now) -> None:
    refuse(alice.organization, "authentication_required", now=now)

    pages = [words(browser_of(alice).get(path)) for path in ("/billing/", "/billing/payment-methods/")]

    assert "Confirm with your bank" in pages[0]
    assert "The same card is fine: your bank only asks for your word." in pages[0]
    assert "The same card is fine: your bank only asks for your word." in pages[1]
    assert not any("nother card" in text for text in pages)


def test_a_try_under_way_is_not_announced_for_a_day(catalogue, alice, browser_of, now) -> None:
    refuse(alice.organization, "insufficient_funds", now=now)
    DunningCase.objects.update(state="attempting", due_at=None)

    text = words(browser_of(alice).get("/billing/"))

    assert "We are trying again just now." in text
    assert "We try again Just now With Visa 4242" in text


def test_while_stripe_collects_its_try_is_named_and_no_end_announced(
    catalogue, alice, browser_of, now: datetime, settings
) -> None:
    settings.DUNNING_COLLECTOR = "observe"
    refuse(alice.organization, "insufficient_funds", now=now)
    Invoice.objects.update(next_payment_attempt_at=now + 5 * DAY)

    text = words(browser_of(alice).get("/billing/"))

    assert "We try again on" in text
    for said in ("Growth ends", "So does another card", "We remind you by e-mail"):
        assert said not in text


def test_while_stripe_collects_a_hidden_reason_hides_its_try(catalogue, alice, browser_of, now, settings) -> None:
    settings.DUNNING_COLLECTOR = "observe"
    refuse(alice.organization, "stolen_card", now=now)
    Invoice.objects.update(next_payment_attempt_at=now + 5 * DAY)

    assert "try again" not in words(browser_of(alice).get("/billing/"))


def test_a_member_reads_what_happened_and_not_why(catalogue, alice, bob, browser_of, now) -> None:
    refuse(alice.organization, "insufficient_funds", now=now)

    text = words(browser_of(bob).get("/billing/"))

    assert "The payment of €48.00 for Growth did not go through Nothing was taken." in text
    assert "Ask us about this payment" not in text


@pytest.mark.parametrize("days", [1, 15, 30])
def test_the_price_page_speaks_of_the_plan_that_is_unpaid(catalogue, alice, browser_of, now, days: int) -> None:
    refuse(alice.organization, "stolen_card", now=now - days * DAY)

    text = words(browser_of(alice).get("/"))

    assert text.count("Your plan, past due") == 1
    assert "The payment for Growth did not go through." in text
    for said in ("You have Free", "Choose Scale", "Choose Growth", "Your plan €0"):
        assert said not in text
