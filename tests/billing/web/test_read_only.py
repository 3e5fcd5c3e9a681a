"""An unpaid plan in its read-only days: what looks stays open, what writes is refused with one code everywhere."""

from datetime import timedelta

import pytest

from accounts.models import Organization
from billing.models import DunningCase, Subscription
from tests.billing.cases import give_case
from tests.billing.situations import buy, go_past_due
from tests.billing.web.reading import words

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.web.writing_urls")]
DAY = timedelta(days=1)


def go_read_only(organization: Organization, *, now) -> DunningCase:
    subscription = go_past_due(organization, since_days=15, now=now)
    return give_case(subscription, now=now, read_only_at=now - DAY, access_closes_at=now + 6 * DAY)


@pytest.mark.parametrize("path", ["/notes/", "/exports/new/"])
def test_a_form_is_refused_with_a_page_that_says_why_and_what_helps(
    catalogue, alice, browser_of, now, path: str
) -> None:
    go_read_only(alice.organization, now=now)

    page = browser_of(alice).post(path)

    text, html = words(page), page.content.decode()
    assert page.status_code == 402
    assert 'data-code="read_only"' in html
    assert "Oakline Studio is read-only until it is paid" in text
    assert "Nothing is deleted" in text
    assert 'class="btn btn--main" href="/billing/"' in html


def test_a_member_reads_who_can_pay(catalogue, alice, bob, browser_of, now) -> None:
    go_read_only(alice.organization, now=now)

    page = browser_of(bob).post("/notes/")

    assert "An owner or a billing manager of Oakline Studio can pay it" in words(page)
    assert 'class="btn btn--main" href="/billing/"' not in page.content.decode()


def test_a_program_gets_the_code_and_both_moments(catalogue, alice, browser_of, now) -> None:
    case = go_read_only(alice.organization, now=now)

    answer = browser_of(alice).post("/notes/", headers={"Accept": "application/json"})

    body = answer.json()
    assert (answer.status_code, body["code"]) == (402, "read_only")
    assert [body[name][:19] for name in ("read_only_at", "closes_at")] == [
        at.strftime("%Y-%m-%dT%H:%M:%S") for at in (case.read_only_at, case.access_closes_at)
    ]


def test_looking_stays_open(catalogue, alice, browser_of, now) -> None:
    go_read_only(alice.organization, now=now)
    browser = browser_of(alice)

    assert browser.get("/notes/").content == b"form"
    assert browser.get("/app/").status_code == 200


@pytest.mark.parametrize("is_open", ["active", "case not so far", "recovered"])
def test_whoever_may_write_is_let_through(catalogue, alice, browser_of, now, is_open: str) -> None:
    if is_open == "active":
        give_case(buy(alice.organization, now=now), now=now, read_only_at=now - DAY)
    elif is_open == "recovered":
        go_read_only(alice.organization, now=now)
        DunningCase.objects.update(state="recovered", ended_at=now)
    else:
        give_case(go_past_due(alice.organization, now=now), now=now)

    assert browser_of(alice).post("/notes/").content == b"written"


def test_the_products_own_page_says_so_and_still_shows_what_there_is(catalogue, alice, browser_of, now) -> None:
    go_read_only(alice.organization, now=now)

    text = words(browser_of(alice).get("/app/"))

    assert "Read-only until it is paid" in text
    assert "Growth stops at 100 projects" in text


def test_the_billing_page_names_both_days_before_and_the_state_after(catalogue, alice, browser_of, now) -> None:
    case = go_read_only(alice.organization, now=now)
    after = words(browser_of(alice).get("/billing/"))
    DunningCase.objects.update(read_only_at=now + DAY)

    before = words(browser_of(alice).get("/billing/"))

    assert "Everything can be read and nothing changed until it is paid" in after
    assert "Read-only since" in after
    assert "Read-only from" in before
    assert "Growth becomes read-only if the payment has not arrived" in before
    assert "Growth is switched off if the payment has not arrived" in before
    assert case.access_closes_at.strftime("%b %Y") in before


def test_what_is_over_its_days_is_closed_and_not_read_only(catalogue, alice, browser_of, now) -> None:
    go_read_only(alice.organization, now=now)
    DunningCase.objects.update(access_closes_at=now)

    page = browser_of(alice).get("/app/")

    assert page.status_code == 402
    assert "Exports: Growth is off" in words(page)
    assert Subscription.objects.get().status == "past_due"
