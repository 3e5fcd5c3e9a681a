"""Until when an unpaid subscription can be used, and read: its cases in every state, and what outdoes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.dunning.access import UnpaidCase
from billing.rules.entitlement import (
    Access,
    GraceTerms,
    LocalTrialFacts,
    PlanFacts,
    SubscriptionFacts,
    decide_access,
)
from billing.terms import AccessReason, CaseState, FirstPaymentPolicy

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FREE, STARTER, GROWTH = (
    PlanFacts(name.lower(), name, rank) for rank, name in enumerate(("Free", "Starter", "Growth"))
)
OPEN = ("waiting", "attempting", "awaiting_customer", "conflict", "closing")
GRACE = GraceTerms(days=30)
NO_GRACE_AT_FIRST = GraceTerms(days=30, first_payment=FirstPaymentPolicy.NO_ACCESS)


def case(state: str = "waiting", *, read_only_in: int | None = 5, closes_in: int | None = 9, **fields) -> UnpaidCase:
    read_only_at = None if read_only_in is None else NOW + read_only_in * DAY
    closes_at = None if closes_in is None else NOW + closes_in * DAY
    return UnpaidCase(state, read_only_at, closes_at, **fields)


def unpaid(*cases: UnpaidCase, **fields) -> SubscriptionFacts:
    facts = {"stripe_subscription_id": "sub_1", "plan": GROWTH, "status": "past_due", "past_due_at": NOW - 2 * DAY}
    return SubscriptionFacts(**{**facts, "cases": cases, **fields})


def decide(
    *subscriptions: SubscriptionFacts,
    now: datetime = NOW,
    grace: GraceTerms = GRACE,
    trial: LocalTrialFacts | None = None,
) -> Access:
    return decide_access(subscriptions, local_trial=trial, free_plan=FREE, now=now, grace=grace)


def word(access: Access) -> str:
    return "closed" if access.reason == AccessReason.FREE else "read-only" if access.is_read_only else "full"


@pytest.mark.parametrize("state", OPEN)
def test_an_open_case_goes_from_full_to_read_only_to_closed_at_the_very_second(state: str) -> None:
    row = unpaid(case(state))
    moments = (NOW, NOW + 5 * DAY - SECOND, NOW + 5 * DAY, NOW + 9 * DAY - SECOND, NOW + 9 * DAY)

    answers = [word(decide(row, now=moment)) for moment in moments]

    assert answers == ["full", "full", "read-only", "read-only", "closed"]


def test_the_answer_says_both_moments_and_the_plan_keeps_its_features() -> None:
    access = decide(unpaid(case()), now=NOW + 6 * DAY)

    assert (access.reason, access.read_only_at, access.until) == (AccessReason.GRACE, NOW + 5 * DAY, NOW + 9 * DAY)
    assert access.grants == GROWTH.grants


@pytest.mark.parametrize(("read_only_in", "closes_in"), [(None, 9), (9, 9)])
def test_a_plan_without_read_only_days_goes_from_full_to_closed(read_only_in: int | None, closes_in: int) -> None:
    row = unpaid(case(read_only_in=read_only_in, closes_in=closes_in))

    last, after = decide(row, now=NOW + 9 * DAY - SECOND), decide(row, now=NOW + 9 * DAY)

    assert (word(last), last.read_only_at, word(after)) == ("full", None, "closed")


@pytest.mark.parametrize("grace_days", [0, 1, 400])
def test_the_days_of_a_case_count_instead_of_the_grace(grace_days: int) -> None:
    access = decide(unpaid(case()), grace=GraceTerms(grace_days))

    assert access.until == NOW + 9 * DAY


def test_of_several_open_cases_the_earliest_moments_count_in_any_order() -> None:
    cases = (case(read_only_in=2, closes_in=20), case(read_only_in=7, closes_in=8), case(read_only_in=None))

    found = {
        (access.read_only_at, access.until) for order in permutations(cases) if (access := decide(unpaid(*order)))
    }

    assert found == {(NOW + 2 * DAY, NOW + 8 * DAY)}


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        ("recovered", "paid", "full"),
        ("recovered_late", "paid", "full"),
        ("stopped", "forgiven", "full"),
        ("stopped", "invoice_void", "full"),
        ("stopped", "invoice_written_off", "closed"),
        ("stopped", "dispute", "closed"),
    ],
)
def test_what_is_paid_or_forgiven_opens_everything_at_once(state: str, reason: str, expected: str) -> None:
    closed = case("lost" if state == "recovered_late" else "waiting", read_only_in=-9, closes_in=-5, ended_at=NOW)
    row = unpaid(closed, past_due_at=NOW - 40 * DAY)
    ended = replace(row, cases=(replace(closed, state=state, end_reason=reason),))

    before, after = decide(row), decide(ended)

    assert (word(before), word(after)) == ("closed", expected)


def test_of_two_cases_one_paid_and_one_open_the_open_one_counts() -> None:
    row = unpaid(case("recovered", ended_at=NOW), case(read_only_in=-2))

    assert word(decide(row)) == "read-only"


@pytest.mark.parametrize("state", ["recovered", "lost"])
def test_a_case_of_an_earlier_run_of_failures_says_nothing(state: str) -> None:
    earlier = case(state, read_only_in=-90, closes_in=-80, ended_at=NOW - 80 * DAY)

    access = decide(unpaid(earlier))

    assert (word(access), access.until) == ("full", NOW + 28 * DAY)


def test_what_was_lost_stays_closed_whatever_days_were_left() -> None:
    lost = case("lost", ended_at=NOW - SECOND)

    assert word(decide(unpaid(lost))) == "closed"


def test_a_case_that_was_lost_before_the_subscription_was_heard_of_counts() -> None:
    lost = case("lost", ended_at=NOW - 2 * DAY - timedelta(minutes=5))

    assert word(decide(unpaid(lost))) == "closed"


@pytest.mark.parametrize(("reason", "until_in"), [("dispute", 9), ("invoice_written_off", 28)])
def test_a_dispute_does_not_lengthen_access_and_other_stops_leave_the_grace(reason: str, until_in: int) -> None:
    stopped = case("stopped", ended_at=NOW - DAY, end_reason=reason)

    assert decide(unpaid(stopped)).until == NOW + until_in * DAY


@pytest.mark.parametrize("status", ["active", "trialing"])
@pytest.mark.parametrize("state", CaseState)
def test_the_status_decides_for_a_payer_whatever_a_case_says(status: str, state: str) -> None:
    late = case(state, read_only_in=-9, closes_in=-5, ended_at=NOW - 5 * DAY, end_reason="dispute")

    access = decide(unpaid(late, status=status, past_due_at=None))

    assert (word(access), access.until) == ("full", None)


@pytest.mark.parametrize("cancel_in", [3, 7])
def test_a_cancellation_closes_earlier_and_never_later(cancel_in: int) -> None:
    access = decide(unpaid(case(), cancel_at=NOW + cancel_in * DAY))

    assert (access.reason, access.until) == (AccessReason.CANCELLING, NOW + cancel_in * DAY)
    assert access.read_only_at == (NOW + 5 * DAY if cancel_in > 5 else None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (unpaid(is_past_due_since_trial=True), "closed"),
        (unpaid(case(), is_past_due_since_trial=True), "closed"),
        (unpaid(case()), "full"),
        (unpaid(case("recovered", ended_at=NOW), is_past_due_since_trial=True), "full"),
    ],
    ids=["no case", "open case", "not the first payment", "paid"],
)
def test_a_first_payment_without_grace_stays_off_until_it_is_paid(row: SubscriptionFacts, expected: str) -> None:
    assert word(decide(row, grace=NO_GRACE_AT_FIRST)) == expected


def test_a_first_payment_with_grace_has_the_days_of_its_case() -> None:
    assert decide(unpaid(case(), is_past_due_since_trial=True)).until == NOW + 9 * DAY


def test_what_can_be_written_wins_over_a_higher_plan_that_can_only_be_read() -> None:
    paid = SubscriptionFacts("sub_2", STARTER, "active")

    access = decide(unpaid(case(read_only_in=-1)), paid)

    assert (access.plan_code, word(access)) == ("starter", "full")


moments = st.none() | st.integers(-300, 300).map(lambda hours: NOW + timedelta(hours=hours))
any_case = st.builds(
    UnpaidCase,
    state=st.sampled_from(sorted(CaseState)),
    read_only_at=moments,
    closes_at=moments,
    ended_at=moments,
    end_reason=st.sampled_from(["", "dispute", "forgiven"]),
)


@given(cases=st.lists(any_case, max_size=3), past_due_at=moments, later=st.integers(0, 60_000))
def test_an_answer_stands_until_the_moment_that_it_names(cases, past_due_at, later: int) -> None:
    row = unpaid(*cases, past_due_at=past_due_at)
    access = decide(row)
    ahead = [at for at in (access.read_only_at, access.until) if at is not None and at > NOW]
    then = NOW + timedelta(minutes=later)

    afterwards = decide(row, now=then)

    if not ahead or then < min(ahead):
        assert afterwards == access
    else:
        assert afterwards != access


@given(cases=st.lists(any_case, max_size=3), past_due_at=moments, more=any_case.filter(lambda one: one.state in OPEN))
def test_one_more_open_case_never_opens_anything(cases, past_due_at, more) -> None:
    order = ("closed", "read-only", "full")
    others = [one for one in cases if one.state in OPEN]

    before = decide(unpaid(*others, case("waiting"), past_due_at=past_due_at))
    after = decide(unpaid(*others, case("waiting"), more, past_due_at=past_due_at))

    assert order.index(word(after)) <= order.index(word(before))
