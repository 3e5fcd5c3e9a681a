"""Who may try a plan, for how long, and when to remind."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import InvalidInput, NotOnTrial
from billing.rules.trial import (
    SeenTrial,
    TrialTerms,
    checkout_trial,
    ended_without_card,
    normalize_email,
    reminder_is_due,
    require_extension,
    why_not_refuse,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SHORTEST = timedelta(hours=48, seconds=10)


@pytest.mark.parametrize(
    ("days", "has_redeemed", "local_end", "expected"),
    [
        (14, False, None, TrialTerms(days=14)),
        (0, False, None, TrialTerms()),
        (14, True, None, TrialTerms()),
        (14, False, NOW - SECOND, TrialTerms(days=14)),
        (14, True, NOW, TrialTerms()),
        # The rest of a local trial is kept, though it was redeemed, if it is as far ahead as Stripe wants.
        (14, True, NOW + SHORTEST, TrialTerms(ends_at=NOW + SHORTEST)),
        (14, True, NOW + 9 * DAY, TrialTerms(ends_at=NOW + 9 * DAY)),
        (14, True, NOW + SHORTEST - SECOND, TrialTerms()),
        (14, False, NOW + DAY, TrialTerms()),
    ],
)
def test_a_checkout_gives_the_trial_that_is_left(
    days: int, has_redeemed: bool, local_end: datetime | None, expected: TrialTerms
) -> None:
    terms = checkout_trial(plan_trial_days=days, has_redeemed=has_redeemed, local_trial_ends_at=local_end, now=NOW)

    assert terms == expected


@pytest.mark.parametrize(
    ("terms", "is_trial"), [(TrialTerms(), False), (TrialTerms(days=1), True), (TrialTerms(ends_at=NOW), True)]
)
def test_terms_say_whether_they_are_a_trial(terms: TrialTerms, is_trial: bool) -> None:
    assert terms.is_trial is is_trial


@given(
    days=st.integers(0, 60),
    has_redeemed=st.booleans(),
    hours=st.none() | st.integers(-100, 2000),
)
def test_a_trial_sent_to_stripe_is_never_too_short_for_it(days: int, has_redeemed: bool, hours: int | None) -> None:
    local_end = None if hours is None else NOW + timedelta(hours=hours)

    terms = checkout_trial(plan_trial_days=days, has_redeemed=has_redeemed, local_trial_ends_at=local_end, now=NOW)

    assert terms.ends_at is None or terms.ends_at - NOW >= SHORTEST
    assert not (terms.days and terms.ends_at), "Stripe takes one of the two"
    assert not (has_redeemed and terms.days), "a second trial was given"


@pytest.mark.parametrize(
    ("days_to_end", "trial_days", "is_due"),
    [
        (4, 14, False),
        (3, 14, True),
        (1, 14, True),
        (0, 14, False),
        (-1, 14, False),
        (3, 3, False),  # Its first day: the person has only just read when it ends.
        (2, 3, True),
        (1, 1, False),
    ],
)
def test_a_reminder_is_due_three_days_before_the_end_but_not_on_the_first_day(
    days_to_end: int, trial_days: int, is_due: bool
) -> None:
    ends_at = NOW + days_to_end * DAY

    answer = reminder_is_due(ends_at=ends_at, started_at=ends_at - trial_days * DAY, now=NOW)

    assert answer is is_due


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("alice@example.com", "alice@example.com"),
        ("  Alice@Example.COM ", "alice@example.com"),
        ("alice+trial2@example.com", "alice@example.com"),
        ("a.l.i.c.e@example.com", "a.l.i.c.e@example.com"),
        ("a.li.ce@gmail.com", "alice@gmail.com"),
        ("A.Lice+x+y@GoogleMail.com", "alice@gmail.com"),
    ],
)
def test_one_mailbox_has_one_form(written: str, mailbox: str) -> None:
    assert normalize_email(written) == mailbox


@given(st.emails())
def test_normalizing_twice_changes_nothing_more(email: str) -> None:
    once = normalize_email(email)

    assert normalize_email(once) == once


BEGAN = NOW - timedelta(days=1)
FRESH = SeenTrial("trialing", created_at=BEGAN, trial_start=BEGAN, trial_end=NOW + timedelta(days=13))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ""),
        ({"trial_start": BEGAN + timedelta(minutes=5)}, ""),
        ({"trial_end": NOW + timedelta(hours=1)}, ""),
        ({"trial_end": NOW + timedelta(minutes=59)}, "it is about to be paid for"),
        ({"trial_end": NOW - timedelta(minutes=1)}, "it is about to be paid for"),
        ({"has_been_billed": True}, "it was paid for before"),
        ({"trial_start": BEGAN + timedelta(days=1)}, "it was paid for before"),
        ({"trial_start": None}, "it is no trial any more"),
        ({"status": "active"}, "it is no trial any more"),
        ({"status": "past_due"}, "it is no trial any more"),
        ({"status": "paused"}, "it is no trial any more"),
        ({"status": "unpaid"}, "it is no trial any more"),
        ({"status": "canceled"}, "it had ended by itself"),
    ],
)
def test_only_a_first_unbilled_trial_may_be_refused(changed: dict[str, object], expected: str) -> None:
    assert why_not_refuse(replace(FRESH, **changed), now=NOW) == expected


@pytest.mark.parametrize(
    ("trial_end", "canceled_at", "last_billed_at", "expected"),
    [
        (NOW, NOW, NOW - 14 * DAY, True),
        (NOW, NOW + timedelta(minutes=3), NOW - 14 * DAY, True),
        (NOW, NOW - SECOND, NOW - 14 * DAY, False),
        (NOW, NOW + DAY, NOW, False),
        (NOW, NOW + DAY, NOW + SECOND, False),
        (NOW, None, NOW - 14 * DAY, False),
        (None, NOW, NOW - 14 * DAY, False),
    ],
)
def test_a_trial_ended_without_a_card_if_its_end_cancelled_it_unbilled(
    trial_end: datetime | None, canceled_at: datetime | None, last_billed_at: datetime, expected: bool
) -> None:
    found = ended_without_card(trial_end=trial_end, canceled_at=canceled_at, last_billed_at=last_billed_at)

    assert found is expected


@pytest.mark.parametrize(
    ("ends_in", "new_end_in", "refusal"),
    [
        (DAY, 2 * DAY, None),
        (DAY, 730 * DAY, None),
        (DAY, 730 * DAY + SECOND, InvalidInput),
        (DAY, DAY, InvalidInput),
        (DAY, timedelta(0), InvalidInput),
        (DAY, -DAY, InvalidInput),
        (59 * SECOND, DAY, NotOnTrial),
        (-DAY, DAY, NotOnTrial),
    ],
)
def test_an_extension_lies_between_the_present_end_and_two_years(
    ends_in: timedelta, new_end_in: timedelta, refusal: type[Exception] | None
) -> None:
    with nullcontext() if refusal is None else pytest.raises(refusal):
        require_extension(NOW + new_end_in, present_ends_at=NOW + ends_in, now=NOW)
