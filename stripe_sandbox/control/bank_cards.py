"""Decides which controls play what a bank says of a card: what a decline tells, and that it was replaced."""

import re
from collections.abc import Callable
from typing import Any

from stripe_sandbox.control.fields import text, truth, whole
from stripe_sandbox.control.money_back import act_on
from stripe_sandbox.engine import card_updates, declines
from stripe_sandbox.engine.cards import card_for_token
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit

Body = dict[str, Any]
# What a control calls each part of a decline, and what the part is called within.
TOLD = {
    "network_decline_code": "network_decline_code",
    "advice_code": "advice_code",
    "network_advice_code": "network_advice_code",
    "outcome_type": "outcome_type",
    "outcome_reason": "reason",
    "network_status": "network_status",
}
CHOICES = {
    "advice_code": (*declines.ADVICE_CODES, declines.NO_ADVICE),
    "outcome_type": tuple(declines.OUTCOME_TYPES),
    "network_status": declines.NETWORK_STATUSES,
}
# Codes of a network are text: `01`, `5C`, `R0`.
_TEXTS = {
    "network_decline_code": re.compile(r"[0-9A-Za-z]{1,4}"),
    "network_advice_code": re.compile(r"[0-9A-Za-z]{1,4}"),
    "outcome_reason": re.compile(r"[a-z0-9_]{1,60}"),
}


def told(body: Body) -> dict[str, str]:
    """What a planned decline says besides its code. Raises ValueError that names the field which cannot be so."""
    found = {}
    for name, within in TOLD.items():
        value = text(body, name, default="") if body.get(name) is not None else ""
        if not value:
            continue
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}")
        if name in _TEXTS and not _TEXTS[name].fullmatch(value):
            raise ValueError(f"{name} is a short code of letters and digits, as text")
        found[within] = value
    return found


def replace_card(sandbox: Sandbox, body: Body) -> Body:
    """The bank replaces a saved card: `payment_method`, `exp_month`, `exp_year`, `card`, `keeps_number`.

    `card` is the token of the card that it behaves like from now on; without one it pays. Without a date it is good
    for three years. Raises LookupError for an unknown method and ValueError for what cannot be replaced.
    """
    token = text(body, "card", default="") if body.get("card") is not None else ""
    card = card_for_token(token) if token else None
    if token and card is None:
        raise ValueError("card is the token of a test card, such as pm_card_visa")
    date = {name: whole(body, name) for name in ("exp_month", "exp_year") if body.get(name) is not None}
    keeps_number = truth(body, "keeps_number", default=False)

    def act(unit: Unit, method: StripeObject) -> StripeObject:
        return card_updates.replace(unit, method, card=card, keeps_number=keeps_number, **date)

    return act_on(sandbox, "payment_method", body, act=act)


ACTIONS: dict[tuple[str, str], Callable[[Sandbox, Body], Any]] = {
    ("POST", "payment-methods/replace"): replace_card,
}
