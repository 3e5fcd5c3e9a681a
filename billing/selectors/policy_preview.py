"""Reads what a policy would do to the cases that are open now; nothing is written, and no case is touched."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from billing.models import ChargeAttempt, DunningCase
from billing.rules.dunning.facts import AskCustomer, CardHistory, Policy, RetryAt, Step, Verdict
from billing.rules.dunning.steps import next_step
from billing.selectors.dunning import card_histories, case_facts, last_verdicts
from billing.terms import OPEN_CASE_STATES, CaseState, Collector

MOST_CASES = 500
_OPEN = [state.value for state in OPEN_CASE_STATES]


class Effect(StrEnum):
    """How a case would go on, beside how it goes on today."""

    SAME = "same"
    SOONER = "sooner"
    LATER = "later"
    STARTS = "starts"
    STOPS = "stops"
    ENDS = "ends"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Prospect:
    """One open case: the next step and the deadline, today and under the policy. `try_at` is None without a try.

    `why` is the stable word for what it waits for, empty with a try.
    """

    case: DunningCase
    effect: Effect
    try_at: datetime | None
    why: str
    new_try_at: datetime | None
    new_why: str
    new_deadline_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """`left_out`: how many open cases are beyond the bound."""

    prospects: list[Prospect]
    counts: dict[Effect, int]
    left_out: int


def preview_policy(policy: Policy, *, now: datetime, most: int = MOST_CASES) -> PolicyPreview:
    """The open cases whose deadline is nearest, each judged by its last decline. Five queries for any number.

    A case that is being tried, in conflict, closing, without a decline or watched only is not decided by a policy.
    `now` is business time. Safe to repeat.
    """
    rows = DunningCase.objects.filter(state__in=_OPEN)
    cases = list(rows.select_related("organization", "policy").order_by("deadline_at", "pk")[:most])
    verdicts = last_verdicts(cases)
    histories = card_histories(_brands(cases).items(), now=now)
    prospects = [
        _prospect(
            case,
            verdicts.get((case.pk, case.card_fingerprint)),
            history=histories.get(case.card_fingerprint) or CardHistory(""),
            policy=policy,
            now=now,
        )
        for case in cases
    ]
    counts = Counter(prospect.effect for prospect in prospects)
    return PolicyPreview(prospects, {effect: counts[effect] for effect in Effect}, max(0, rows.count() - len(cases)))


def _brands(cases: list[DunningCase]) -> dict[str, str]:
    fingerprints = {case.card_fingerprint for case in cases} - {""}
    charges = ChargeAttempt.objects.filter(card_fingerprint__in=fingerprints)
    return dict(charges.order_by("pk").values_list("card_fingerprint", "card_brand"))


def _prospect(
    case: DunningCase, verdict: Verdict | None, *, history: CardHistory, policy: Policy, now: datetime
) -> Prospect:
    deadline_at = case.opened_at + policy.deadline
    try_at, why = case.due_at, case.waits_for
    if verdict is None or not _is_decided_by_policy(case):
        return Prospect(case, Effect.UNDECIDED, try_at, why, try_at, why, deadline_at)
    facts = replace(case_facts(case), deadline_at=deadline_at)
    step = next_step(facts, verdict, history=history, policy=policy, now=now)
    new_try_at, new_why = _read(step, case)
    return Prospect(case, _effect(step, try_at, new_try_at), try_at, why, new_try_at, new_why, deadline_at)


def _is_decided_by_policy(case: DunningCase) -> bool:
    return case.collector == Collector.OWN and case.state in (CaseState.WAITING, CaseState.AWAITING_CUSTOMER)


def _read(step: Step, case: DunningCase) -> tuple[datetime | None, str]:
    if isinstance(step, RetryAt):
        return max(step.at, case.held_until or step.at), ""
    return None, step.why


def _effect(step: Step, try_at: datetime | None, new_try_at: datetime | None) -> Effect:
    if new_try_at is None:
        if not isinstance(step, AskCustomer):
            return Effect.ENDS
        return Effect.SAME if try_at is None else Effect.STOPS
    if try_at is None:
        return Effect.STARTS
    if new_try_at == try_at:
        return Effect.SAME
    return Effect.SOONER if new_try_at < try_at else Effect.LATER
