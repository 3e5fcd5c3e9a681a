"""Compares contestants over many draws of the assumptions, each on the very same failures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from billing.lab.assumptions import Drawn, draw_assumptions
from billing.lab.contestants import Contestant
from billing.lab.failures import Failure, draw_failure
from billing.lab.play import Story, play
from billing.lab.referee import Violations, count_violations, is_known_in_vain


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the greatest of a figure over all draws."""

    least: float
    middle: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(min(values), median(values), max(values))


@dataclass(frozen=True, slots=True)
class DrawFigures:
    """One contestant's figures in one draw; tries are those without the customer, and the first is not counted."""

    recovered: float
    tries: float
    known_in_vain: float
    in_vain: float
    violations: Violations


@dataclass(frozen=True, slots=True)
class Result:
    """One contestant's figures in all draws, in the order of the draws."""

    contestant: Contestant
    draws: tuple[DrawFigures, ...]

    def spread(self, name: str) -> Spread:
        """Of `recovered` (a share), or of `tries`, `known_in_vain`, `in_vain` (each a case)."""
        return Spread.of([getattr(each, name) for each in self.draws])

    @property
    def violations(self) -> Violations:
        return sum((each.violations for each in self.draws), Violations())

    def beats(self, other: "Result") -> int:
        """In how many draws it recovered more of the same failures than `other` did."""
        return sum(ours.recovered > theirs.recovered for ours, theirs in zip(self.draws, other.draws, strict=True))


def run_tournament(
    contestants: Sequence[Contestant],
    *,
    draws: int,
    failures: int,
    seed: int,
    tell: Callable[[int], None] = lambda played: None,
) -> tuple[Result, ...]:
    """The results of `contestants`, in their order. The same arguments give the same results.

    `tell` hears after each draw how many cases have been played. At no time are more than one draw's failures kept.
    """
    figures: list[list[DrawFigures]] = [[] for _ in contestants]
    for number in range(draws):
        chance = Random(f"{seed}/{number}")  # noqa: S311 - repeatable by its seed, no secret.
        drawn = draw_assumptions(chance)
        met = [draw_failure(chance, drawn) for _ in range(failures)]
        for contestant, found in zip(contestants, figures, strict=True):
            found.append(_figures(met, contestant, drawn))
        tell((number + 1) * failures * len(contestants))
    return tuple(Result(each, tuple(found)) for each, found in zip(contestants, figures, strict=True))


def _figures(met: Sequence[Failure], contestant: Contestant, drawn: Drawn) -> DrawFigures:
    return sum_up([play(failure, contestant, drawn) for failure in met])


def sum_up(stories: Sequence[Story]) -> DrawFigures:
    """The figures of some stories of one contestant."""
    count = len(stories)
    return DrawFigures(
        recovered=sum(story.recovered_at is not None for story in stories) / count,
        tries=sum(len(story.sent) for story in stories) / count,
        known_in_vain=_count(is_known_in_vain(story.failure, each.at) for story in stories for each in story.sent)
        / count,
        in_vain=_count(story.failure.is_hopeless for story in stories for _ in story.sent) / count,
        violations=sum((count_violations(story.failure, story.sent) for story in stories), Violations()),
    )


def _count(claims: Iterable[bool]) -> int:
    return sum(claims)
