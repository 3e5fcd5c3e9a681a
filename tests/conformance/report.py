"""Decides how the outcome of a replay is shown and whether it is worse than what was reached before."""

import json
from collections import Counter
from pathlib import Path

from tests.conformance.replay import Verdict

BASELINE = Path(__file__).parent / "baseline.json"


def table(verdicts: list[Verdict]) -> str:
    """The whole outcome as Markdown: numbers, failures and skips with their reasons, accepted differences."""
    by_outcome = Counter(verdict.outcome for verdict in verdicts)
    passed, failed, skipped = (by_outcome[name] for name in ("passed", "failed", "skipped"))
    lines = [
        "| exchanges | replayed | passed | failed | skipped (not passed) |",
        "|---|---|---|---|---|",
        f"| {len(verdicts)} | {passed + failed} | {passed} | {failed} | {skipped} |",
    ]
    for outcome, title in (("failed", "failed"), ("skipped", "skipped")):
        rows = Counter(_first(verdict) for verdict in verdicts if verdict.outcome == outcome)
        if rows:
            lines += ["", f"| {title} | because |", "|---|---|"]
            lines += [f"| {count} | {_cell(reason)} |" for reason, count in sorted(rows.items(), key=_by_count)]
    accepted = Counter(difference.partition(": ")[0] for verdict in verdicts for difference in verdict.allowed)
    if accepted:
        lines += ["", "| accepted by the allow list | times |", "|---|---|"]
        lines += [f"| `{place}` | {count} |" for place, count in sorted(accepted.items())]
    return "\n".join(lines)


def details(verdicts: list[Verdict]) -> str:
    """Every difference of every failed exchange."""
    lines = []
    for verdict in verdicts:
        if verdict.outcome == "failed":
            lines.append(f"{verdict.exchange.name} {verdict.exchange.method} {verdict.exchange.path}")
            lines += [f"    {reason}" for reason in verdict.reasons]
    return "\n".join(lines)


def is_worse(verdicts: list[Verdict]) -> str | None:
    """What to say when fewer pass than before, or None; a folder of another size has no baseline."""
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    passed = sum(verdict.outcome == "passed" for verdict in verdicts)
    if len(verdicts) != baseline["exchanges"] or passed >= baseline["passed"]:
        return None
    return f"{passed} exchanges pass; {baseline['passed']} did before"


def _first(verdict: Verdict) -> str:
    more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
    return verdict.reasons[0] + more


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _by_count(row: tuple[str, int]) -> tuple[int, str]:
    return -row[1], row[0]
