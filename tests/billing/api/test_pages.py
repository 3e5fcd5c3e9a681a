"""Lists by pages: nothing twice, nothing left out, whatever is added meanwhile; filters and limits are checked."""

from datetime import timedelta

import pytest
from django.test import Client

from billing import clock
from billing.models import AuditEntry
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.api.sample_urls")]
ENTRIES = "/api/v1/entries/"


@pytest.fixture
def browser(alice, client) -> Client:
    client.force_login(alice.user)
    return client


def give_entries(person, *subjects: str, hours_ago: int = 0, action: str = "note") -> None:
    """All at the same moment, so that only their numbers tell them apart."""
    at = clock.system_now().replace(microsecond=0) - timedelta(hours=hours_ago)
    for subject in subjects:
        AuditEntry.objects.create(action=action, subject=subject, organization=person.organization, created_at=at)


def walk(browser: Client, address: str, between=lambda: None) -> list[list[str]]:
    pages = []
    while address:
        told = browser.get(address).json()
        pages.append([entry["subject"] for entry in told["data"]])
        assert told["has_more"] == (told["next"] is not None) == (told["next_cursor"] is not None)
        address = told["next"]
        between()
    return pages


def test_each_row_comes_once_though_rows_are_added_in_front_and_between(alice, browser) -> None:
    give_entries(alice, *"abcde")
    give_entries(alice, *"fgh", hours_ago=5)

    pages = walk(browser, f"{ENTRIES}?limit=3", lambda: give_entries(alice, "new"))

    assert pages == [["e", "d", "c"], ["b", "a", "h"], ["g", "f"]]


def test_only_rows_of_the_own_organization_come(alice, browser) -> None:
    give_entries(alice, "mine")
    give_entries(MembershipFactory(), "foreign")

    assert walk(browser, ENTRIES) == [["mine"]]


def test_filters_hold_on_every_page(alice, browser) -> None:
    give_entries(alice, "a", "b", "c")
    give_entries(alice, "other", action="other")

    assert walk(browser, f"{ENTRIES}?limit=2&action=note") == [["c", "b"], ["a"]]


def test_a_page_costs_one_query_for_its_rows(alice, browser, django_assert_max_num_queries) -> None:
    give_entries(alice, *"abcdefgh")
    browser.get(ENTRIES)

    with django_assert_max_num_queries(4):  # Session, person, memberships, rows.
        browser.get(f"{ENTRIES}?limit=5")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        *((f"limit={limit}", "invalid_input", "limit") for limit in ("0", "101", "-1", "ten", "", "9999", "²")),
        ("cursor=abc", "cursor_invalid", None),
        ("since=yesterday", "invalid_input", "since"),
    ],
)
def test_what_no_list_can_mean_is_refused(browser, query: str, code: str, field: str | None) -> None:
    answer = browser.get(f"{ENTRIES}?{query}")

    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, code)
    assert [one["field"] for one in told.get("errors", [])] == ([field] if field else [])


def test_the_next_page_stands_in_the_link_header_too(alice, browser) -> None:
    give_entries(alice, "a", "b")

    answer = browser.get(f"{ENTRIES}?limit=1")

    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'
