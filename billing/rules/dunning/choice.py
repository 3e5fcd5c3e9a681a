"""Decides which policy a new case gets, by ordered rules; it must not know what the policies say."""

from collections.abc import Sequence
from dataclasses import dataclass

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One rule; an empty or absent condition holds for all. Sums are in `currency`'s minor unit, both included."""

    policy_key: str
    plan_code: str = ""
    currency: str = ""
    min_amount_minor: int | None = None
    max_amount_minor: int | None = None
    country: str = ""
    min_tenure_days: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """Whose invoice is unpaid: what is owed for which plan, where, and for how many whole days a customer."""

    plan_code: str
    currency: str
    amount_minor: int
    country: str
    tenure_days: int


def choose_policy(rules: Sequence[RuleFacts], *, subject: SubjectFacts) -> str:
    """The key of the policy of the first of `rules` that holds; `standard` without one. Safe to repeat."""
    return next((rule.policy_key for rule in rules if _holds(rule, subject)), STANDARD)


def _holds(rule: RuleFacts, subject: SubjectFacts) -> bool:
    return (
        rule.plan_code in ("", subject.plan_code)
        and rule.currency.lower() in ("", subject.currency.lower())
        and rule.country.upper() in ("", subject.country.upper())
        and (rule.min_tenure_days is None or subject.tenure_days >= rule.min_tenure_days)
        and _sum_fits(rule, subject)
    )


def _sum_fits(rule: RuleFacts, subject: SubjectFacts) -> bool:
    least, most = rule.min_amount_minor, rule.max_amount_minor
    if least is None and most is None:
        return True
    if not rule.currency:
        # A sum without a currency would hold for yen as for euros.
        return False
    return (least is None or subject.amount_minor >= least) and (most is None or subject.amount_minor <= most)
