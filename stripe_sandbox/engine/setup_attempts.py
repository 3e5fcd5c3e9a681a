"""Decides what is kept of each try to set up a payment method: one attempt a confirmation, authentication included.

Assumed: what an attempt shows of a card, and that a new confirmation abandons an attempt that still waits.
"""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

WAITING = "requires_action"
_CARD_KEYS = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")


def begin(unit: Unit, intent: StripeObject, method: StripeObject) -> None:
    """A new attempt of this setup intent, its latest."""
    settle(unit, intent, status="abandoned")
    attempt = blank(
        "setup_attempt",
        id=ids.new_id("setup_attempt"),
        customer=intent["customer"],
        payment_method=method["id"],
        payment_method_details=_details(method),
        setup_intent=intent["id"],
        usage=intent["usage"],
    )
    unit.add(attempt)
    intent["latest_attempt"] = attempt["id"]


def settle(unit: Unit, intent: StripeObject, *, status: str, error: dict[str, Any] | None = None) -> None:
    """How the latest attempt stands now; one that has ended stays as it is. Safe to repeat."""
    if intent["latest_attempt"] is None:
        return
    attempt = unit.get("setup_attempt", intent["latest_attempt"])
    if attempt["status"] in {"processing", WAITING}:
        attempt.update(status=status, setup_error=error)


def is_waiting(unit: Unit, intent: StripeObject) -> bool:
    """Whether the latest attempt waits for the customer."""
    return (
        intent["latest_attempt"] is not None
        and unit.get("setup_attempt", intent["latest_attempt"])["status"] == WAITING
    )


def _details(method: StripeObject) -> dict[str, Any]:
    kind = method["type"]
    if kind != "card":
        return {kind: {}, "type": kind}
    card = {key: method["card"].get(key) for key in _CARD_KEYS}
    return {"card": {**card, "network": method["card"]["brand"], "three_d_secure": None}, "type": "card"}
