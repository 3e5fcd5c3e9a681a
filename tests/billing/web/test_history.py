"""The page of everything that happened: who may look, what people and what staff read, and its pager."""

import pytest

from billing.models import Transition
from tests.billing import situations
from tests.billing.situations import DAY, give_invoice, tell
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db


def test_people_read_plain_words_and_no_ids(catalogue, alice, bob, browser_of, now) -> None:
    subscription = situations.go_past_due(alice.organization, now=now)

    for person in (alice, bob):
        text = words(browser_of(person).get("/billing/history/"))
        assert "Payment of €48.00 failed." in text
        assert "there was not enough money on Visa 4242" in text
        assert subscription.stripe_subscription_id not in text
        assert Transition.objects.first().stripe_id not in text


def test_staff_of_the_organization_read_the_ids(catalogue, alice, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)
    Transition.objects.update(event_ids=["evt_1"])
    alice.user.is_staff = True
    alice.user.save()

    text = words(browser_of(alice).get("/billing/history/"))

    assert Transition.objects.first().stripe_id in text
    assert "evt_1" in text


def test_a_stranger_reads_nothing_of_it(catalogue, alice, charlie, browser_of, now) -> None:
    situations.go_past_due(alice.organization, now=now)

    assert "Nothing yet." in words(browser_of(charlie).get("/billing/history/"))


def test_older_entries_stand_on_the_next_page(catalogue, alice, browser_of, now) -> None:
    subscription = situations.go_active(alice.organization, now=now)
    for day in range(30):
        invoice = give_invoice(subscription, number=f"OAK-1{day:03}")
        tell(alice.organization, "invoice", invoice.stripe_invoice_id, to="paid", at=now - day * DAY)
    browser = browser_of(alice)

    first, second = browser.get("/billing/history/"), browser.get("/billing/history/?page=2")

    assert "1 to 25 of 34" in words(first)
    assert "OAK-1000" in words(first)
    assert "26 to 34 of 34" in words(second)
    assert "OAK-1000" not in words(second)


@pytest.mark.parametrize("number", ["0", "x", "-1", "99999"])
def test_a_page_that_cannot_be_is_refused(catalogue, alice, browser_of, number) -> None:
    assert browser_of(alice).get(f"/billing/history/?page={number}").status_code == 400


def test_the_overview_leads_to_all_of_it(catalogue, alice, browser_of, now) -> None:
    situations.go_active(alice.organization, now=now)

    assert '<a href="/billing/history/">All of it</a>' in browser_of(alice).get("/billing/").content.decode()
