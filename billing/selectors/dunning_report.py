"""Reads what dunning brought in over a period: by decline code, by try and by policy, each currency for itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from billing.models import DunningAttempt, DunningCase
from billing.terms import AttemptState, CaseState

_RECOVERED = CaseState.RECOVERED.value
_LATE = CaseState.RECOVERED_LATE.value
_LOST = CaseState.LOST.value
_STOPPED = CaseState.STOPPED.value


class Cut(StrEnum):
    """Along which line the cases of a period are told apart."""

    DECLINE = "decline"
    ATTEMPT = "attempt"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Line:
    """Cases that ended in the period and share `label` and currency; sums are in its minor unit.

    `late` of the lost ones were paid since. `stopped` were neither: forgiven, in dispute, the subscription ended.
    """

    cut: Cut
    label: str
    currency: str
    recovered: int
    recovered_minor: int
    late: int
    late_minor: int
    lost: int
    lost_minor: int
    stopped: int
    attempts: int

    @property
    def ended(self) -> int:
        """All but those that stopped for a reason of their own."""
        return self.recovered + self.late + self.lost


def dunning_report(*, since: datetime, until: datetime, livemode: bool) -> list[Line]:
    """All lines of the three cuts, for cases that ended from `since` on and before `until` (UTC business time).

    The money is what was owed when the case was opened. Safe to repeat; five queries for any number of cases.
    """
    cases = DunningCase.objects.filter(ended_at__gte=since, ended_at__lt=until, livemode=livemode)
    return [
        *_by(cases, Cut.DECLINE, "decline_code"),
        *_by_attempt(cases),
        *_by(cases, Cut.POLICY, "policy__key", "policy__version"),
    ]


def _by(cases: QuerySet[DunningCase], cut: Cut, *names: str) -> list[Line]:
    tries = defaultdict(int)
    sent = DunningAttempt.objects.filter(case__in=cases, sent_at__isnull=False)
    for row in sent.values("case__currency", *(f"case__{name}" for name in names)).annotate(number=Count("pk")):
        tries[(row["case__currency"], *(row[f"case__{name}"] for name in names))] = row["number"]
    lines = [
        _line(cut, _label(row[name] for name in names), row, tries[(row["currency"], *(row[name] for name in names))])
        for row in _sums(cases.values("currency", *names))
    ]
    return sorted(lines, key=lambda line: (line.currency, -line.recovered_minor, line.label))


def _by_attempt(cases: QuerySet[DunningCase]) -> list[Line]:
    """By how many tries of ours had been sent when one was paid; `0` where the customer paid by themselves."""
    paid = DunningAttempt.objects.filter(case=OuterRef("pk"), state=AttemptState.SUCCEEDED.value).order_by("seq")
    sent_before = (
        DunningAttempt.objects.filter(case=OuterRef("case"), sent_at__isnull=False, seq__lte=OuterRef("seq"))
        .order_by()
        .values("case")
        .annotate(number=Count("pk"))
        .values("number")
    )
    numbered = cases.annotate(nth=Subquery(paid.annotate(number=Subquery(sent_before)).values("number")[:1]))
    made = DunningAttempt.objects.filter(case__in=cases, sent_at__isnull=False).annotate(number=Subquery(sent_before))
    tries = {
        (row["currency"], row["number"]): row["made"]
        for row in made.order_by().values("currency", "number").annotate(made=Count("pk"))
    }
    found = {
        (row["currency"], row["nth"] or 0): row
        for row in _sums(numbered.filter(state=_RECOVERED).values("currency", "nth"))
    }
    return [
        _line(Cut.ATTEMPT, str(number), found.get((currency, number), {"currency": currency}), made_of)
        for currency, number in sorted({*tries, *found})
        for made_of in [tries.get((currency, number), 0)]
    ]


def _sums(grouped: Any) -> Iterable[dict[str, Any]]:
    """Counts and sums of each end that a case may have."""
    measures: dict[str, Any] = {}
    for name, state in (("recovered", _RECOVERED), ("late", _LATE), ("lost", _LOST), ("stopped", _STOPPED)):
        measures[name] = Count("pk", filter=Q(state=state))
        measures[f"{name}_minor"] = Sum(F("amount_minor"), filter=Q(state=state))
    return list(grouped.order_by().annotate(**measures))


def _line(cut: Cut, label: str, row: dict[str, Any], attempts: int) -> Line:
    return Line(
        cut=cut,
        label=label,
        currency=row["currency"],
        attempts=attempts,
        stopped=row.get("stopped", 0),
        **{
            name: row.get(name) or 0
            for name in ("recovered", "recovered_minor", "late", "late_minor", "lost", "lost_minor")
        },
    )


def _label(parts: Iterable[Any]) -> str:
    return " v".join(str(part) for part in parts)
