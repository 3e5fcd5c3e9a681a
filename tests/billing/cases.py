"""Cases of dunning as rows, in any state, beside the subscription that they are about."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from billing.models import DunningCase, DunningPolicy, Subscription
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of
from billing.terms import OPEN_CASE_STATES, CaseState
from tests.billing.factories import NOW

_NUMBERS = count(1)


def standard_policy() -> DunningPolicy:
    row, _ = DunningPolicy.objects.get_or_create(
        key="standard", version=1, defaults={"body": STANDARD_BODY, "sha256": sha256_of(STANDARD_BODY)}
    )
    return row


def give_case(
    subscription: Subscription, *, state: str = "awaiting_customer", now: datetime = NOW, **changed: Any
) -> DunningCase:
    """A case that was opened six days ago; `changed` are its fields."""
    opened_at = now - timedelta(days=6)
    fields = {
        "organization": subscription.organization,
        "livemode": subscription.livemode,
        "stripe_invoice_id": f"in_of_case_{next(_NUMBERS)}",
        "stripe_subscription_id": subscription.stripe_subscription_id,
        "policy": standard_policy(),
        "collector": "own",
        "state": state,
        "amount_minor": 4800,
        "currency": "eur",
        "time_zone": "UTC",
        "opened_at": opened_at,
        "deadline_at": opened_at + timedelta(days=21),
        "due_at": now + timedelta(days=1) if state == CaseState.WAITING else None,
        "last_try_at": opened_at,
        "read_only_at": opened_at + timedelta(days=14),
        "access_closes_at": opened_at + timedelta(days=21),
        "ended_at": None if state in OPEN_CASE_STATES else now,
    }
    return DunningCase.objects.create(**{**fields, **changed})
