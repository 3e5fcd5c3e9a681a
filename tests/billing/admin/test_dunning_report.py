"""What dunning brought back: each case once, currencies apart, and the same figures as CSV."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from billing.models import DunningPolicy
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of
from billing.selectors.dunning_report import Cut, Line, dunning_report
from tests.billing.admin.rows_of_dunning import attempt, case
from tests.billing.factories import NOW

pytestmark = pytest.mark.django_db
PAGE = "/admin/billing/dunningcase/report/"
DAY = timedelta(days=1)
PERIOD = {"since": f"{NOW - 2 * DAY:%Y-%m-%d}", "until": f"{NOW:%Y-%m-%d}"}


def ended(number: int, state: str = "recovered", **changed: Any):
    return case(number, **{"state": state, "due_at": None, "ended_at": NOW - DAY, **changed})


def lines(cut: Cut) -> dict[tuple[str, str], Line]:
    found = dunning_report(since=NOW - 2 * DAY, until=NOW, livemode=False)
    return {(line.label, line.currency): line for line in found if line.cut == cut}


def tries(made: Any, *states: str) -> None:
    for seq, state in enumerate(states, start=1):
        sent = None if state == "skipped" else NOW - DAY
        attempt(
            0,
            case=made,
            seq=seq,
            state=state,
            currency=made.currency,
            sent_at=sent,
            sent_system_at=sent,
            stripe_charge_id="",
        )


def test_each_end_is_counted_with_its_sum_by_the_last_decline() -> None:
    ended(1, amount_minor=1000)
    ended(2, amount_minor=500)
    ended(3, "lost", amount_minor=700)
    ended(4, "recovered_late", amount_minor=300)
    ended(5, "stopped", amount_minor=900)
    ended(6, decline_code="expired_card", amount_minor=1)

    line = lines(Cut.DECLINE)[("insufficient_funds", "eur")]

    assert (line.recovered, line.recovered_minor) == (2, 1500)
    assert (line.lost, line.lost_minor, line.late, line.late_minor, line.stopped) == (1, 700, 1, 300, 1)
    assert line.ended == 4
    assert lines(Cut.DECLINE)[("expired_card", "eur")].recovered == 1


def test_currencies_are_never_added_up() -> None:
    ended(1, amount_minor=1000)
    ended(2, amount_minor=1000, currency="jpy")

    assert {key: line.recovered_minor for key, line in lines(Cut.POLICY).items()} == {
        ("policy-0 v1", "eur"): 1000,
        ("policy-0 v1", "jpy"): 1000,
    }


def test_what_ended_outside_the_period_or_goes_on_is_not_counted() -> None:
    ended(1, ended_at=NOW)
    ended(2, ended_at=NOW - 2 * DAY - timedelta(seconds=1))
    case(3)

    assert dunning_report(since=NOW - 2 * DAY, until=NOW, livemode=False) == []


def test_money_is_told_by_the_try_that_brought_it() -> None:
    tries(ended(1, amount_minor=100), "declined", "skipped", "succeeded")
    tries(ended(2, amount_minor=200), "succeeded")
    tries(ended(3, "lost"), "declined")
    ended(4, amount_minor=400)

    found = lines(Cut.ATTEMPT)

    assert {label: (line.recovered_minor, line.attempts) for (label, _), line in found.items()} == {
        "0": (400, 0),
        "1": (200, 3),
        "2": (100, 1),
    }


def test_tries_are_counted_by_code_and_by_policy() -> None:
    other = DunningPolicy.objects.create(
        key="patient", version=3, body=STANDARD_BODY, sha256=sha256_of(STANDARD_BODY)
    )
    tries(ended(1, policy=other), "declined", "skipped", "succeeded")

    assert lines(Cut.DECLINE)[("insufficient_funds", "eur")].attempts == 2
    assert lines(Cut.POLICY)[("patient v3", "eur")].attempts == 2


def test_more_cases_cost_no_more_queries(django_assert_max_num_queries) -> None:
    for number in range(9):
        tries(ended(number, amount_minor=number), "declined", "succeeded")

    with django_assert_max_num_queries(6):
        dunning_report(since=NOW - 2 * DAY, until=NOW, livemode=False)


def test_the_page_names_period_figures_and_what_they_mean(staff: Client) -> None:
    ended(1, amount_minor=123456)

    text = staff.get(PAGE, PERIOD).content.decode()

    assert "€1,234.56" in text
    assert "None: the customer paid" in text
    assert "What the figures mean" in text


def test_the_same_figures_are_downloaded(staff: Client) -> None:
    ended(1, amount_minor=1000, decline_code="=1+1")

    answer = staff.get(PAGE, {**PERIOD, "format": "csv"})

    rows = list(csv.DictReader(StringIO(answer.content.decode())))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="dunning-')
    assert rows[0]["label"] == "'=1+1"
    assert [row["recovered_minor"] for row in rows] == ["1000"] * 3


def test_a_period_that_is_none_says_so(staff: Client) -> None:
    text = staff.get(PAGE, {"since": PERIOD["until"], "until": PERIOD["since"]}).content.decode()

    assert "The period ends before it begins." in text


def test_it_is_closed_to_who_may_not_see_cases(newcomer: Client) -> None:
    assert newcomer.get(PAGE).status_code == 403
