"""What the tests of dunning's decisions begin with: the standard policy, a case, a card."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings

from billing.rules.dunning.facts import CardHistory, CaseFacts, Policy, Try
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday; the standard policy's deadline for what fails then is the 23rd."""
ON_PAYDAYS = {**STANDARD_BODY, "paydays": {"*": ["day_1", "day_15", "last_business_day"]}}


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine with other work to do is no failure."""


def policy(body: dict[str, Any] | None = None, **changes: Any) -> Policy:
    return replace(parse_policy("standard", 1, body or STANDARD_BODY), **changes)


def case(**changes: Any) -> CaseFacts:
    known: dict[str, Any] = {
        "opened_at": NOON,
        "deadline_at": NOON + timedelta(days=21),
        "amount_minor": 2900,
        "currency": "eur",
        "time_zone": "UTC",
        "country": "DE",
        "retries": 0,
        "retries_of_class": 0,
        "last_try_at": NOON,
    }
    return CaseFacts(**(known | changes))


def card(*moments: datetime, brand: str = "visa", amount_minor: int = 2900, is_blocked: bool = False) -> CardHistory:
    tries = tuple(Try(at=at, amount_minor=amount_minor, currency="eur") for at in moments)
    return CardHistory(brand=brand, tries=tries, is_blocked=is_blocked)
