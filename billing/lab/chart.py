"""Draws a tournament as an SVG: for each policy a bar to the median, and a line from the least to the greatest."""

from collections.abc import Callable, Sequence
from math import ceil
from xml.sax.saxutils import escape

from billing.lab.report import Run
from billing.lab.tournament import Result, Spread

_WIDTH, _ROW, _TOP = 960, 30, 92
_LABELS, _PLOT, _GAP = 230, 290, 90
_LONGEST_LABEL = 32
_INK, _FAINT, _OURS, _PLAIN = "#1f2933", "#d5dbe1", "#2f6f9f", "#8a97a5"


def as_svg(run: Run) -> str:
    """The chart of `run`, complete in itself: no script, no font and nothing else is fetched."""
    rows = len(run.results)
    height = _TOP + rows * _ROW + 104
    panels = (
        _panel(
            run.results, "recovered", "Recovered share, in the model", left=_LABELS, most=1.0, tick=0.25, shown=_share
        ),
        _panel(
            run.results,
            "tries",
            "Tries a case, without the first",
            left=_LABELS + _PLOT + _GAP,
            most=_most_tries(run.results),
            tick=1.0,
            shown=_number,
        ),
    )
    labels = [
        _text(_LABELS - 12, _middle(row) + 4, _short(result.contestant.label), anchor="end")
        for row, result in enumerate(run.results)
    ]
    under = _TOP + rows * _ROW + 44
    feet = [
        _text(24, under, f"{run.draws} draws of {run.failures} made-up failures, seed {run.seed}. {_broken(run)}"),
        _text(24, under + 20, "Bars end at the median over the draws; lines go from the least to the greatest."),
        _text(24, under + 40, "Every number of the model is an assumption: these are no recovery rates of anybody."),
    ]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">',
        "<title>Dunning policies compared on a model</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        _text(24, 32, "Dunning policies compared on a model", size=18),
        *labels,
        *(line for panel in panels for line in panel),
        *feet,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _broken(run: Run) -> str:
    clean = [result for result in run.results if not result.violations.total]
    return f"Blue: breaks no network rule ({len(clean)} of {len(run.results)}); grey: breaks some."


def _most_tries(results: Sequence[Result]) -> float:
    return max(1.0, float(ceil(max(result.spread("tries").greatest for result in results))))


def _share(value: float) -> str:
    return f"{value:.2f}"


def _number(value: float) -> str:
    return f"{value:.1f}"


def _panel(
    results: Sequence[Result],
    name: str,
    title: str,
    *,
    left: int,
    most: float,
    tick: float,
    shown: Callable[[float], str],
) -> list[str]:
    bottom = _TOP + len(results) * _ROW
    lines = [_text(left, _TOP - 26, title, weight="600")]
    for number in range(round(most / tick) + 1):
        x = left + _PLOT * number * tick / most
        lines.append(f'<path d="M{x:.1f} {_TOP - 8}V{bottom}" stroke="{_FAINT}"/>')
        lines.append(_text(x, bottom + 16, f"{number * tick:g}", anchor="middle", size=11))
    for row, result in enumerate(results):
        spread = result.spread(name)
        lines.extend(_bar(row, spread, left=left, scale=_PLOT / most, is_clean=not result.violations.total))
        lines.append(_text(left + _PLOT + 10, _middle(row) + 4, shown(spread.middle), size=12))
    return lines


def _bar(row: int, spread: Spread, *, left: int, scale: float, is_clean: bool) -> list[str]:
    y = _middle(row)
    least, middle, greatest = (left + value * scale for value in (spread.least, spread.middle, spread.greatest))
    return [
        f'<rect x="{left}" y="{y - 8}" width="{middle - left:.1f}" height="16" '
        f'fill="{_OURS if is_clean else _PLAIN}"/>',
        f'<path d="M{least:.1f} {y}H{greatest:.1f}M{least:.1f} {y - 4}v8M{greatest:.1f} {y - 4}v8" '
        f'stroke="{_INK}" fill="none"/>',
    ]


def _middle(row: int) -> int:
    return _TOP + row * _ROW + _ROW // 2 - 4


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )
