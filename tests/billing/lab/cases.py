"""Failures written by hand, for tests that must know what happens in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from billing.lab.assumptions import draw_assumptions
from billing.lab.causes import Truth
from billing.lab.failures import Failure, Reaction
from billing.rules.dunning.facts import Decline

OPENED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DRAWN = {**draw_assumptions(Random(1)), "reacts_again": 0.5, "reacts_to_vague": 0.5}
NOBODY_REACTS = (Reaction(luck=1.0, delay=timedelta(days=1)),)
FUNDS = Decline("insufficient_funds", card_brand="visa", network_decline_code="51")
STOLEN = Decline("stolen_card", card_brand="visa", network_decline_code="43")
CONFIRM = Decline("authentication_required", card_brand="amex", asks_customer=True)


def failure(decline: Decline = FUNDS, *, truth: Truth = Truth.NO_MONEY, **changes: Any) -> Failure:
    """A failure whose card never works again and whose customer never acts, unless `changes` say otherwise."""
    made = Failure(
        opened_at=OPENED_AT,
        time_zone="Europe/Berlin",
        country="DE",
        amount_minor=2900,
        currency="eur",
        decline=decline,
        truth=truth,
        payable=(),
        renewed_at=None,
        accepted=1.0,
        luck=(0.0,),
        chance=0.0,
        reactions=NOBODY_REACTS,
        pays=True,
        earlier=(),
    )
    return replace(made, **changes)


def payable_after(**after: float) -> tuple[tuple[datetime, datetime], ...]:
    """From so long after the first failure on, for good."""
    return ((OPENED_AT + timedelta(**after), OPENED_AT + timedelta(days=90)),)
