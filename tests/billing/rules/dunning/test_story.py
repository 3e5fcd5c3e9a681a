"""Whole stories of a case, drawn at random: limits, waits, blocks and hours hold at each try (rules D5 to D8)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules.dunning.facts import CardHistory, CaseFacts, Close, Decline, Policy, RetryAt, Try, Verdict
from billing.rules.dunning.judge import judge
from billing.rules.dunning.limits import ceilings_of
from billing.rules.dunning.slots import is_in_window
from billing.rules.dunning.steps import may_send, next_step
from billing.terms import AttemptTrigger
from tests.billing.rules.dunning.cases import NOON, case, policy, unhurried
from tests.billing.rules.dunning.test_judge_order import declines
from tests.billing.rules.dunning.test_slots_by_counting import ZONES

DAY, MONTH = timedelta(hours=24), timedelta(days=30)


@dataclass
class Story:
    """A case, and all tries on its one card."""

    facts: CaseFacts
    rules: Policy
    brand: str
    tries: list[Try] = field(default_factory=list)
    is_blocked: bool = False
    ordered_until: datetime = NOON

    def history(self) -> CardHistory:
        return CardHistory(self.brand, tuple(self.tries), self.is_blocked)

    def decline(self, at: datetime, decline: Decline) -> Verdict:
        verdict = judge(replace(decline, card_brand=self.brand))
        self.tries.append(Try(at, self.facts.amount_minor, self.facts.currency))
        self.facts = replace(self.facts, last_try_at=max(at, self.facts.last_try_at))
        self.is_blocked = self.is_blocked or verdict.block is not None
        self.ordered_until = at + (verdict.network_wait or timedelta(0))
        return verdict

    def count_retry(self) -> None:
        self.facts = replace(
            self.facts, retries=self.facts.retries + 1, retries_of_class=self.facts.retries_of_class + 1
        )

    def check(self, at: datetime) -> None:
        """Every rule, counted afresh, for a try at `at` that is not among the tries yet."""
        assert not self.is_blocked
        assert self.facts.last_try_at < at < self.facts.deadline_at
        assert at >= self.ordered_until
        assert self.facts.retries < self.rules.max_retries
        assert is_in_window(at, time_zone=self.facts.time_zone, policy=self.rules)
        windows = [(self.rules.max_24h, DAY), (self.rules.max_30d, MONTH)]
        windows += [(each.count, each.window) for each in ceilings_of(self.brand)]
        for most, window in windows:
            assert 1 + sum(each.at > at - window for each in self.tries) <= most


@st.composite
def stories(draw: st.DrawFn) -> Story:
    started_at = NOON + timedelta(minutes=draw(st.integers(0, 730 * 1440)))
    facts = case(
        opened_at=started_at,
        last_try_at=started_at,
        deadline_at=started_at + timedelta(days=draw(st.integers(1, 60))),
        time_zone=draw(st.sampled_from(ZONES)),
    )
    rules = policy(
        max_24h=draw(st.integers(1, 7)),
        max_30d=draw(st.integers(1, 15)),
        max_retries=draw(st.integers(0, 15)),
        min_gap=timedelta(hours=draw(st.integers(1, 72))),
    )
    story = Story(facts, rules, draw(st.sampled_from(["visa", "mastercard", "amex"])), ordered_until=started_at)
    others = draw(st.lists(st.integers(1, 29 * 1440), max_size=8))
    story.tries = [Try(started_at - timedelta(minutes=each), 2900, "eur") for each in others]
    return story


@settings(unhurried, max_examples=300)
@given(story=stories(), said=st.lists(declines, min_size=1, max_size=12), data=st.data())
def test_every_try_of_a_story_keeps_every_rule(story: Story, said: list[Decline], data: st.DataObject) -> None:
    now = story.facts.last_try_at
    for decline in said:
        verdict = story.decline(now, decline)
        step = next_step(story.facts, verdict, history=story.history(), policy=story.rules, now=now)
        if not isinstance(step, RetryAt):
            assert isinstance(step, Close) == (verdict.ends_mandate or now >= story.facts.deadline_at)
            return
        assert step.at > now
        story.check(step.at)
        for minutes in data.draw(st.lists(st.integers(1, 600), max_size=2)):
            # The customer tries on Stripe's page meanwhile: nobody can stop that, but it counts.
            story.tries.append(Try(step.at - timedelta(minutes=minutes), 2900, "eur"))
        now = step.at + timedelta(seconds=data.draw(st.sampled_from([0, 5, 90, 40_000, 400_000])))
        refusal = may_send(
            story.facts,
            history=story.history(),
            policy=story.rules,
            now=now,
            trigger=AttemptTrigger.SCHEDULE,
            verdict=verdict,
        )
        if refusal:
            continue
        story.check(now)
        story.count_retry()


@unhurried
@given(story=stories(), decline=declines, late_hours=st.integers(0, 1500))
def test_a_planned_try_may_be_sent_at_its_moment(story: Story, decline: Decline, late_hours: int) -> None:
    """Otherwise a case would be planned and put off for ever."""
    now = story.facts.last_try_at
    verdict = story.decline(now, decline)
    now += timedelta(hours=late_hours)
    step = next_step(story.facts, verdict, history=story.history(), policy=story.rules, now=now)

    if isinstance(step, RetryAt):
        assert (
            may_send(
                story.facts,
                history=story.history(),
                policy=story.rules,
                now=step.at,
                trigger=AttemptTrigger.SCHEDULE,
                verdict=verdict,
            )
            == ""
        )


@unhurried
@given(story=stories(), decline=declines)
def test_deciding_twice_decides_the_same(story: Story, decline: Decline) -> None:
    now = story.facts.last_try_at
    verdict = story.decline(now, decline)
    first, second = (
        next_step(story.facts, verdict, history=story.history(), policy=story.rules, now=now) for _ in range(2)
    )

    assert first == second


def cases_to_decide(number: int) -> Iterator[tuple[CaseFacts, Decline, CardHistory]]:
    codes = ["insufficient_funds", "do_not_honor", "processing_error", "card_velocity_exceeded", "expired_card"]
    for each in range(number):
        tries = tuple(Try(NOON - timedelta(days=back), 2900, "eur") for back in range(each % 12))
        yield case(time_zone=ZONES[each % len(ZONES)]), Decline(codes[each % 5]), CardHistory("visa", tries)


@pytest.mark.parametrize("number", [2000])
def test_thousands_of_cases_are_decided_in_seconds(number: int) -> None:
    rules = policy()
    before = time.process_time()

    for facts, decline, history in cases_to_decide(number):
        next_step(facts, judge(decline), history=history, policy=rules, now=datetime(2026, 3, 2, 13, tzinfo=UTC))

    assert time.process_time() - before < 2
