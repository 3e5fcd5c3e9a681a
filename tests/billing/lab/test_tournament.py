"""Whole tournaments: repeatable, within bounds, and ours without a broken rule."""

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from billing.lab.assumptions import RANGES, draw_assumptions
from billing.lab.causes import CAUSES
from billing.lab.contestants import engine_contestant, standard_contestants
from billing.lab.failures import draw_failure
from billing.lab.play import play
from billing.lab.report import Run, as_json
from billing.lab.tournament import Result, run_tournament
from billing.rules.dunning.limits import DAY, MONTH
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy
from billing.rules.dunning.slots import is_in_window
from billing.rules.dunning.tables import decline_row
from billing.terms import AttemptTrigger

DRAWS, FAILURES = 6, 80


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    return run_tournament(standard_contestants(), draws=DRAWS, failures=FAILURES, seed=7)


def test_the_same_seed_gives_the_same_figures_and_another_one_others(results: tuple[Result, ...]) -> None:
    again, other = (
        run_tournament(standard_contestants(), draws=DRAWS, failures=FAILURES, seed=seed) for seed in (7, 8)
    )

    def told(found: tuple[Result, ...]) -> object:
        return as_json(Run(seed=0, draws=DRAWS, failures=FAILURES, results=found))

    assert told(again) == told(results)
    assert told(other) != told(results)


def test_a_contestant_meets_the_same_failures_whoever_else_takes_part(results: tuple[Result, ...]) -> None:
    alone = run_tournament(standard_contestants()[-1:], draws=DRAWS, failures=FAILURES, seed=7)

    assert alone[0].draws == results[-1].draws


def test_figures_keep_their_bounds(results: tuple[Result, ...]) -> None:
    for result in results:
        for each in result.draws:
            assert 0 <= each.recovered <= 1
            assert 0 <= each.known_in_vain <= each.in_vain <= each.tries <= 8
        assert result.spread("recovered").least <= result.spread("recovered").middle


def test_of_two_at_most_one_recovers_more_in_a_draw(results: tuple[Result, ...]) -> None:
    for one in results:
        assert one.beats(one) == 0
        for other in results:
            assert one.beats(other) + other.beats(one) <= DRAWS


def test_ours_breaks_no_rule_and_no_try_of_it_is_known_to_be_in_vain(results: tuple[Result, ...]) -> None:
    ours = [result for result in results if result.contestant.digest]

    assert len(ours) == 4
    for result in ours:
        assert result.violations.total == 0
        assert result.spread("known_in_vain").greatest == 0


def test_every_plain_schedule_breaks_some(results: tuple[Result, ...]) -> None:
    for result in results:
        if not result.contestant.digest:
            assert result.violations.blocked > 0


def test_progress_is_told_after_each_draw() -> None:
    told: list[int] = []

    run_tournament(standard_contestants()[:2], draws=3, failures=5, seed=1, tell=told.append)

    assert told == [10, 20, 30]


def test_tries_of_ours_keep_our_own_limits_and_the_customers_hours() -> None:
    policy = parse_policy("standard", 1, STANDARD_BODY)
    ours = engine_contestant(policy, body=STANDARD_BODY, label="ours")
    chance = Random(11)
    drawn = {**draw_assumptions(chance), "busy_cards": 0.9}
    seen = 0

    for _ in range(300):
        story = play(draw_failure(chance, drawn), ours, drawn)
        times = [each.at for each in story.failure.earlier] + [story.failure.opened_at]
        for each in story.sent:
            times.append(each.at)
            for window, most in ((DAY, policy.max_24h), (MONTH, policy.max_30d)):
                assert sum(each.at - window < at <= each.at for at in times) <= most
            if each.trigger == AttemptTrigger.SCHEDULE:
                seen += 1
                assert is_in_window(each.at, time_zone=story.failure.time_zone, policy=policy)
                assert each.at < story.failure.opened_at + policy.deadline

    assert seen > 50


class Watched(Mapping[str, float]):
    """Assumptions that note which of them were asked for."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values_by_name, self.used = values, set[str]()

    def __getitem__(self, name: str) -> float:
        self.used.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def test_every_assumption_that_is_printed_is_used() -> None:
    chance = Random(3)
    drawn = Watched(draw_assumptions(chance))

    for _ in range(300):
        met = draw_failure(chance, drawn)
        for contestant in standard_contestants():
            play(met, contestant, drawn)

    assert drawn.used == {each.name for each in RANGES}


def test_every_code_of_the_model_is_in_the_decline_table_but_the_one_of_tomorrow() -> None:
    codes = {code.code for cause in CAUSES for code in cause.codes}

    assert {code for code in codes if decline_row(code) is None} == {"a_code_of_tomorrow"}
