"""Who may use what: every status with every cancellation and pause, grace, local trials, and properties of all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.entitlement import (
    Access,
    GraceTerms,
    Grant,
    LocalTrialFacts,
    PlanFacts,
    SubscriptionFacts,
    decide_access,
)
from billing.terms import AccessReason, SubscriptionStatus

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FREE = PlanFacts("free", "Free", 0, {"projects": Grant(limit=1)})
STARTER = PlanFacts("starter", "Starter", 1, {"projects": Grant(limit=10)})
GROWTH = PlanFacts("growth", "Growth", 2, {"projects": Grant(is_unlimited=True)})

# What an undisturbed subscription of each status gives; None is no access through it.
UNDISTURBED = {
    "incomplete": None,
    "incomplete_expired": None,
    "trialing": AccessReason.TRIAL,
    "active": AccessReason.SUBSCRIPTION,
    "past_due": AccessReason.GRACE,
    "canceled": None,
    "unpaid": None,
    "paused": None,
}
CANCEL_AT = {"not cancelled": None, "cancelled for later": NOW + 5 * DAY, "cancelled and over": NOW - DAY}
PAUSE = {"not paused": None, "paused in a paid period": NOW + 20 * DAY, "paused after the paid period": NOW - DAY}


def facts(status: str = "active", *, plan: PlanFacts = GROWTH, **fields) -> SubscriptionFacts:
    return SubscriptionFacts(**{"stripe_subscription_id": "sub_1", "plan": plan, "status": status, **fields})


def decide(
    *subscriptions: SubscriptionFacts, trial: LocalTrialFacts | None = None, now: datetime = NOW, grace_days: int = 21
) -> Access:
    return decide_access(subscriptions, local_trial=trial, free_plan=FREE, now=now, grace=GraceTerms(grace_days))


def test_the_table_names_every_status_of_stripe() -> None:
    assert set(UNDISTURBED) == {status.value for status in SubscriptionStatus}


@pytest.mark.parametrize(("status", "cancel", "pause"), list(product(UNDISTURBED, CANCEL_AT, PAUSE)))
def test_every_status_with_every_cancellation_and_pause(status: str, cancel: str, pause: str) -> None:
    subscription = facts(
        status,
        cancel_at=CANCEL_AT[cancel],
        paused_paid_until=PAUSE[pause],
        past_due_at=NOW - DAY if status == "past_due" else None,
    )

    access = decide(subscription)

    expected = None if "over" in cancel or pause == "paused after the paid period" else UNDISTURBED[status]
    if expected and cancel == "cancelled for later":
        expected = AccessReason.CANCELLING
    assert (access.plan_code, access.reason) == (("growth", expected) if expected else ("free", AccessReason.FREE))


@pytest.mark.parametrize("status", ["active", "trialing"])
def test_a_payer_is_never_locked_out_by_time_alone(status: str) -> None:
    late = facts(status, current_period_end=NOW - 400 * DAY, trial_end=NOW - 400 * DAY)

    access = decide(late)

    assert (access.plan_code, access.until) == ("growth", None)


@pytest.mark.parametrize("status", ["active", "trialing", "past_due"])
def test_what_has_ended_gives_nothing_even_while_its_trial_runs(status: str) -> None:
    ended = facts(status, ended_at=NOW - DAY, trial_end=NOW + 10 * DAY)

    assert decide(ended).reason == AccessReason.FREE


def test_a_cancelled_subscription_closes_at_the_very_second() -> None:
    subscription = facts(cancel_at=NOW)

    before, at = decide(subscription, now=NOW - timedelta(seconds=1)), decide(subscription, now=NOW)

    assert (before.reason, before.until) == (AccessReason.CANCELLING, NOW)
    assert at.reason == AccessReason.FREE


def test_a_paused_subscription_says_until_when_it_is_paid() -> None:
    paused = facts(paused_paid_until=NOW + 3 * DAY, current_period_end=NOW + 33 * DAY)

    assert decide(paused).until == NOW + 3 * DAY


@pytest.mark.parametrize("grace_days", [0, 2, 7, 14, 21])
def test_grace_lasts_the_stated_days_from_the_first_failure(grace_days: int) -> None:
    ends_at = NOW + grace_days * DAY
    subscription = facts("past_due", past_due_at=NOW)

    last = decide(subscription, now=ends_at - timedelta(seconds=1), grace_days=grace_days)
    after = decide(subscription, now=ends_at, grace_days=grace_days)

    assert (last.reason, last.until) == (AccessReason.GRACE, ends_at)
    assert after.reason == AccessReason.FREE


def test_past_due_of_unknown_beginning_keeps_access() -> None:
    access = decide(facts("past_due", past_due_at=None))

    assert (access.reason, access.until) == (AccessReason.GRACE, None)


@pytest.mark.parametrize(
    ("cancel_in_days", "reason", "until_in_days"),
    [(300, AccessReason.GRACE, 11), (5, AccessReason.CANCELLING, 5)],
)
def test_cancelling_never_lengthens_grace(cancel_in_days: int, reason: AccessReason, until_in_days: int) -> None:
    subscription = facts("past_due", past_due_at=NOW - 10 * DAY, cancel_at=NOW + cancel_in_days * DAY)

    access = decide(subscription)

    assert (access.reason, access.until) == (reason, NOW + until_in_days * DAY)


@pytest.mark.parametrize(
    ("ends_in_days", "ended_days_ago", "reason", "until"),
    [
        (1, None, AccessReason.LOCAL_TRIAL, NOW + DAY),
        (0, None, AccessReason.FREE, None),
        (5, 1, AccessReason.FREE, None),  # Ended early, by a real subscription.
        (1, -3, AccessReason.LOCAL_TRIAL, NOW + DAY),  # A later end on record never lengthens a trial.
    ],
)
def test_a_local_trial_ends_at_the_earlier_of_its_two_ends(
    ends_in_days: int, ended_days_ago: int | None, reason: AccessReason, until: datetime | None
) -> None:
    ended_at = None if ended_days_ago is None else NOW - ended_days_ago * DAY
    trial = LocalTrialFacts(GROWTH, ends_at=NOW + ends_in_days * DAY, ended_at=ended_at)

    access = decide(trial=trial)

    assert (access.reason, access.until) == (reason, until)


@pytest.mark.parametrize(
    ("subscribed", "tried", "reason"),
    [
        (GROWTH, STARTER, AccessReason.SUBSCRIPTION),
        (GROWTH, GROWTH, AccessReason.SUBSCRIPTION),
        (STARTER, GROWTH, AccessReason.LOCAL_TRIAL),
    ],
)
def test_the_higher_plan_wins_and_then_the_subscription(
    subscribed: PlanFacts, tried: PlanFacts, reason: AccessReason
) -> None:
    trial = LocalTrialFacts(tried, ends_at=NOW + DAY)

    access = decide(facts(plan=subscribed), trial=trial)

    assert (access.plan_code, access.reason) == ("growth", reason)


def test_of_two_equal_plans_the_one_that_lasts_is_named_in_any_order() -> None:
    failing = facts("past_due", stripe_subscription_id="sub_9", past_due_at=NOW)
    paid = facts(stripe_subscription_id="sub_1")

    named = {decide(*order).stripe_subscription_id for order in permutations([failing, paid])}

    assert named == {"sub_1"}


@pytest.mark.parametrize(
    ("grant", "has", "limit"),
    [
        (None, False, 0),
        (Grant(), True, 0),  # A flag: on, and nothing to count.
        (Grant(limit=0), False, 0),
        (Grant(limit=7), True, 7),
        (Grant(is_unlimited=True), True, None),
    ],
)
def test_a_flag_a_number_and_unlimited_are_told_apart(grant: Grant | None, has: bool, limit: int | None) -> None:
    access = Access("growth", "Growth", AccessReason.SUBSCRIPTION, {"exports": grant} if grant else {})

    assert (access.has("exports"), access.limit("exports")) == (has, limit)


moments = st.none() | st.integers(-800, 800).map(lambda hours: NOW + timedelta(hours=hours))
any_subscription = st.builds(
    SubscriptionFacts,
    stripe_subscription_id=st.sampled_from(["sub_1", "sub_2", "sub_3"]),
    plan=st.sampled_from([STARTER, GROWTH]),
    status=st.sampled_from(sorted(UNDISTURBED)),
    current_period_end=moments,
    cancel_at=moments,
    ended_at=moments,
    past_due_at=moments,
    paused_paid_until=moments,
)
any_trial = st.none() | st.builds(
    LocalTrialFacts, plan=st.sampled_from([STARTER, GROWTH]), ends_at=moments.filter(bool), ended_at=moments
)


@given(subscriptions=st.lists(any_subscription, max_size=4), trial=any_trial, data=st.data())
def test_the_order_of_subscriptions_never_counts(subscriptions, trial, data) -> None:
    shuffled = data.draw(st.permutations(subscriptions))

    first, second = decide(*subscriptions, trial=trial), decide(*shuffled, trial=trial)

    assert (first.plan_code, first.until) == (second.plan_code, second.until)


@given(subscriptions=st.lists(any_subscription, max_size=4), trial=any_trial, more=any_subscription)
def test_one_more_subscription_never_takes_anything_away(subscriptions, trial, more) -> None:
    rank = {plan.code: plan.rank for plan in (FREE, STARTER, GROWTH)}

    before, after = decide(*subscriptions, trial=trial), decide(*subscriptions, more, trial=trial)

    assert rank[after.plan_code] >= rank[before.plan_code]


@given(subscriptions=st.lists(any_subscription, max_size=4), trial=any_trial, later=st.integers(0, 40_000))
def test_until_its_end_an_answer_stands_and_then_it_changes(subscriptions, trial, later: int) -> None:
    access = decide(*subscriptions, trial=trial)
    then = NOW + timedelta(minutes=later)

    afterwards = decide(*subscriptions, trial=trial, now=then)

    if access.until is None or then < access.until:
        assert afterwards == access
    else:
        assert afterwards != access


@given(subscription=any_subscription.filter(lambda row: row.status in ("active", "trialing")))
def test_without_an_end_on_record_time_changes_nothing(subscription) -> None:
    open_ended = replace(subscription, cancel_at=None, ended_at=None, paused_paid_until=None)

    assert decide(open_ended, now=NOW + 9000 * DAY).plan_code == subscription.plan.code
