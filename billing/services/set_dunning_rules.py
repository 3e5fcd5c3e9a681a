"""Use case: staff say by which rules a new case gets its policy; all rules at once, in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from billing import audit
from billing.errors import PreviewStale, RulesRefused
from billing.models import DunningPolicy, DunningRule, Plan
from billing.money import UnknownCurrency, minor_units
from billing.rules.dunning.choice import STANDARD, RuleFacts
from billing.rules.dunning.policy import sha256_of

MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as staff wrote it; its place in the list is its position."""

    facts: RuleFacts
    is_active: bool = True


def rules_now() -> list[RuleDraft]:
    """All rules in their order."""
    return [
        RuleDraft(
            RuleFacts(
                policy_key=row.policy_key,
                plan_code=row.plan_code,
                currency=row.currency,
                min_amount_minor=row.min_amount_minor,
                max_amount_minor=row.max_amount_minor,
                country=row.country,
                min_tenure_days=row.min_tenure_days,
            ),
            is_active=row.is_active,
        )
        for row in DunningRule.objects.order_by("position")
    ]


def mark_of(rules: Sequence[RuleDraft]) -> str:
    """Changes whenever a rule or their order does."""
    return sha256_of(_plain(rules))


def set_dunning_rules(rules: Sequence[RuleDraft], *, seen: str, actor: User) -> int:
    """Replace all rules by `rules`, numbered from 1. Returns how many there are. Open cases keep their policy.

    `seen` is the mark of the rules that the person began with: PreviewStale if somebody has changed them since.
    Safe to repeat. Raises RulesRefused with a sentence for each thing to mend.
    """
    reasons = [f"Rule {at}: {fault}" for at, rule in enumerate(rules, start=1) for fault in _faults(rule.facts)]
    if len(rules) > MOST_RULES:
        reasons.append(f"There may be {MOST_RULES} rules at most.")
    if reasons:
        raise RulesRefused(reasons)
    with transaction.atomic():
        list(DunningRule.objects.select_for_update().order_by("pk"))
        before = rules_now()
        if mark_of(before) == mark_of(rules):
            return len(rules)
        if mark_of(before) != seen:
            raise PreviewStale("Somebody has changed the rules meanwhile. Nothing was changed. Please look at them.")
        DunningRule.objects.all().delete()
        DunningRule.objects.bulk_create(
            DunningRule(position=at, is_active=rule.is_active, **_columns(rule.facts))
            for at, rule in enumerate(rules, start=1)
        )
        audit.record(
            "dunning_rules_set",
            subject="dunning_rules",
            organization=None,
            actor=actor,
            before={"rules": _plain(before)},
            after={"rules": _plain(rules)},
        )
    return len(rules)


def _plain(rules: Sequence[RuleDraft]) -> list[Any]:
    return [[_columns(rule.facts), rule.is_active] for rule in rules]


def _columns(facts: RuleFacts) -> dict[str, Any]:
    return {
        "policy_key": facts.policy_key,
        "plan_code": facts.plan_code,
        "currency": facts.currency,
        "min_amount_minor": facts.min_amount_minor,
        "max_amount_minor": facts.max_amount_minor,
        "country": facts.country,
        "min_tenure_days": facts.min_tenure_days,
    }


def _faults(facts: RuleFacts) -> list[str]:
    """Whole sentences, for a rule that would never hold or choose nothing."""
    least, most = facts.min_amount_minor, facts.max_amount_minor
    found = []
    if facts.policy_key != STANDARD and not DunningPolicy.objects.filter(key=facts.policy_key).exists():
        found.append(f"there is no policy {facts.policy_key!r}.")
    if facts.plan_code and not Plan.objects.filter(code=facts.plan_code).exists():
        found.append(f"there is no plan {facts.plan_code!r}.")
    if facts.currency and not _is_currency(facts.currency):
        found.append(f"{facts.currency!r} is no currency.")
    if facts.country and not re.fullmatch(r"[A-Z]{2}", facts.country):
        found.append("a country is two capital letters.")
    if (least is not None or most is not None) and not facts.currency:
        found.append("a sum needs its currency.")
    if least is not None and most is not None and least > most:
        found.append("the least sum is above the most.")
    return found


def _is_currency(code: str) -> bool:
    try:
        minor_units(code)
    except UnknownCurrency:
        return False
    return code == code.lower()
