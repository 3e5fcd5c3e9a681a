"""What may be done with a dispute at a moment, how urgent it is, and when staff are reminded."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.rules.dispute.deadline import (
    DisputeFacts,
    is_inquiry,
    light,
    options,
    phase_of,
    reminder_due,
)
from billing.terms import DisputeStatus

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def facts(status: str = "needs_response", left: timedelta | None = 9 * DAY, **more) -> DisputeFacts:
    return DisputeFacts(status, None if left is None else NOW + left, **more)


@pytest.mark.parametrize(
    ("given", "may_answer", "may_accept", "bar"),
    [
        (facts(), True, True, None),
        (facts("warning_needs_response"), True, False, None),
        (facts("under_review"), False, False, "not_awaited"),
        (facts("warning_under_review"), False, False, "not_awaited"),
        (facts("warning_closed"), False, False, "not_awaited"),
        (facts("won"), False, False, "not_awaited"),
        (facts("lost"), False, False, "not_awaited"),
        (facts("prevented"), False, False, "not_awaited"),
        (facts("appeal_needs_response"), False, False, "unknown_status"),
        (facts("something_new"), False, False, "unknown_status"),
        (facts(left=None), False, True, "no_answer_possible"),
        (facts("warning_needs_response", left=None), False, False, "no_answer_possible"),
        (facts(is_past_due=True), False, True, "too_late"),
        (facts(left=timedelta(0)), False, True, "too_late"),
        (facts(left=timedelta(seconds=1)), True, True, None),
        (facts(submission_count=1), False, False, "already_submitted"),
    ],
)
def test_what_may_be_done(given: DisputeFacts, may_answer: bool, may_accept: bool, bar: str | None) -> None:
    may = options(given, NOW)

    assert (may.can_answer, may.can_accept, may.bar) == (may_answer, may_accept, bar)


def test_every_status_is_in_the_table_of_phases_and_what_is_unknown_needs_staff() -> None:
    inquiries = {status.value for status in DisputeStatus if is_inquiry(status)}
    assert inquiries == {"warning_needs_response", "warning_under_review", "warning_closed"}
    assert (phase_of("warning_needs_response"), phase_of("needs_response")) == ("inquiry", "chargeback")
    assert options(facts("something_new"), NOW).needs_staff
    assert not options(facts("won"), NOW).needs_staff


@pytest.mark.parametrize(
    ("given", "colour"),
    [
        (facts(left=3 * DAY - timedelta(seconds=1)), "red"),
        (facts(left=3 * DAY), "amber"),
        (facts(left=7 * DAY - timedelta(seconds=1)), "amber"),
        (facts(left=7 * DAY), "green"),
        (facts(left=None), "off"),
        (facts("under_review", left=DAY), "off"),
        (facts("something_new", left=None), "red"),
    ],
)
def test_the_traffic_light(given: DisputeFacts, colour: str) -> None:
    assert light(given, NOW) == colour


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (7 * DAY + timedelta(seconds=1), None),
        (7 * DAY, 7),
        (4 * DAY, 7),
        (3 * DAY, 3),
        (DAY, 1),
        (timedelta(hours=1), 1),
        (-DAY, None),
        (None, None),
    ],
)
def test_reminders_come_seven_three_and_one_day_before(left: timedelta | None, days: int | None) -> None:
    assert reminder_due(facts(left=left), NOW) == days


def test_what_was_answered_is_not_reminded_of() -> None:
    assert reminder_due(facts("under_review", left=DAY), NOW) is None
