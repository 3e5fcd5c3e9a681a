"""Stories by seed, in which workers die at named points: no double charge, no try too many, no case stuck."""

import itertools
from collections.abc import Callable

import pytest

from tests.flows.dunning.amount import crashes, seeds
from tests.flows.dunning.story import Story

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(7200)]
_DEATHS_A_STORY = 8


def test_whatever_dies_and_is_lost_each_invoice_is_pursued_by_its_rules(tell_story: Callable[..., Story]) -> None:
    deaths = 0
    named = seeds()

    for seed in named or itertools.count():
        try:
            story = tell_story(seed, most_deaths=_DEATHS_A_STORY)
        except AssertionError as fault:
            raise AssertionError(f"DUNNING_SEEDS={seed}\n{fault}") from fault
        deaths += len(story.workers.crasher.deaths)
        if not named and deaths >= crashes():
            break

    assert deaths
