"""Writes a tournament down, as a table for people and as JSON; no figure without what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from billing.lab.assumptions import FIXED, RANGES
from billing.lab.tournament import Result, Spread

SCHEMA = 1
FIGURES = ("recovered", "tries", "known_in_vain", "in_vain")
NOTES = (
    "All of this is a model. Every number in it is an assumption, so no figure is a recovery rate of anybody, and "
    "none is a promise.",
    "What may be quoted: the order of two policies where it holds in every draw, tries a case, tries in vain, and "
    "broken rules.",
    "No plain schedule stands for a product: what a provider's own retries know is not in the model.",
    "Whether payday slots or a clear mail recover more is an assumption here, not a finding.",
)
_HEADS = ("policy", "recovered", "tries a case", "known in vain", "in vain", "blocked", "early", "ceiling")


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked for, and what came out. `results` is never empty."""

    seed: int
    draws: int
    failures: int
    results: tuple[Result, ...]


def as_json(run: Run) -> dict[str, Any]:
    """All of `run`, its assumptions included; stable under the same arguments."""
    return {
        "schema": SCHEMA,
        "seed": run.seed,
        "draws": run.draws,
        "failures_a_draw": run.failures,
        "notes": list(NOTES),
        "assumptions": {"ranges": [asdict(each) for each in RANGES], "fixed": list(FIXED)},
        "policies": [_policy(result) for result in run.results],
        "ranking": [
            {"policy": one.contestant.key, "recovers_more_than": other.contestant.key, "in_draws": one.beats(other)}
            for one in run.results
            for other in run.results
            if one is not other
        ],
    }


def _policy(result: Result) -> dict[str, Any]:
    return {
        "key": result.contestant.key,
        "label": result.contestant.label,
        "sha256": result.contestant.digest or None,
        **{name: asdict(result.spread(name)) for name in FIGURES},
        "violations": {**asdict(result.violations), "total": result.violations.total},
        "recovered_by_draw": [each.recovered for each in result.draws],
    }


def as_text(run: Run) -> str:
    """All of `run` for a terminal, the assumptions first."""
    parts = (_title(run), _assumptions(), _figures(run), _ranking(run), "\n".join(f"- {note}" for note in NOTES))
    return "\n\n".join(parts)


def _title(run: Run) -> str:
    cases = run.draws * run.failures
    return (
        f"Dunning policies compared on a model: {run.draws} draws of {run.failures} failed payments, "
        f"seed {run.seed}; {cases} cases for each policy."
    )


def _assumptions() -> str:
    rows = [
        (each.name, f"{each.low:g} to {each.high:g}", each.unit if each.unit != "weight" else "", each.meaning)
        for each in RANGES
    ]
    return "\n".join(
        [
            "Assumed, each drawn from its range in every draw (ranges without a unit are weights, made to add up):",
            *_aligned(rows, left=(0, 1, 2, 3)),
            "Assumed throughout:",
            *(f"- {each}" for each in FIXED),
        ]
    )


def _figures(run: Run) -> str:
    rows = [_HEADS, *(_figure_row(result) for result in run.results)]
    return "\n".join(
        [
            "Least / median / greatest over the draws; broken rules are sums over all cases.",
            *_aligned(rows, left=(0,)),
            "in vain: tries that could not succeed without the customer; known: the codes had said so.",
            "blocked: on a card that must not be tried again. early: before a network's wait was over. ceiling: one "
            "try too many in a network's window.",
        ]
    )


def _figure_row(result: Result) -> tuple[str, ...]:
    broken = result.violations
    return (
        result.contestant.label,
        *(_spread(result.spread(name)) for name in FIGURES),
        str(broken.blocked),
        str(broken.early),
        str(broken.over_ceiling),
    )


def _spread(spread: Spread) -> str:
    return f"{spread.least:.2f} / {spread.middle:.2f} / {spread.greatest:.2f}"


def _ranking(run: Run) -> str:
    numbers = [str(number) for number, _ in enumerate(run.results, start=1)]
    rows = [("", *numbers)]
    for number, one in zip(numbers, run.results, strict=True):
        cells = ("-" if one is other else str(one.beats(other)) for other in run.results)
        rows.append((f"{number} {one.contestant.label}", *cells))
    always = [f"- {one} recovers more than {other}" for one, other in always_ahead(run)]
    return "\n".join(
        [
            f"In how many of {run.draws} draws the policy of the row recovered more than that of the column:",
            *_aligned(rows, left=(0,)),
            "Holds in every draw:",
            *(always or ["- nothing does"]),
        ]
    )


def always_ahead(run: Run) -> list[tuple[str, str]]:
    """Pairs of labels: the first recovered more than the second in every draw."""
    return [
        (one.contestant.label, other.contestant.label)
        for one in run.results
        for other in run.results
        if one is not other and one.beats(other) == run.draws
    ]


def _aligned(rows: Sequence[Sequence[str]], *, left: Iterable[int]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lefts = set(left)
    return [
        "  ".join(
            cell.ljust(width) if column in lefts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
