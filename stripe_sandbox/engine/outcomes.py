"""Decides how a charge tells what became of it: the bank's word, a block, the risk.

Assumed: the words for the seller of a block that is not for the highest risk, and of a payment that was invalid.
"""

from typing import Any

from stripe_sandbox.engine import card_checks
from stripe_sandbox.engine.declines import Decline

HIGHEST = "highest_risk_level"
_WORDS = {
    "issuer_declined": "The bank did not return any further details with this decline.",
    "blocked": "Stripe blocked this payment.",
    "invalid": "The payment was not valid.",
}


def told(decline: Decline | None, *, behaviour: str) -> dict[str, Any]:
    """The `outcome` of a charge that succeeded, or of one that this decline ended."""
    is_risky = decline is not None and decline.outcome_type == "blocked" and decline.reason == HIGHEST
    risk = card_checks.risk(card_checks.level_of(behaviour, is_blocked=is_risky))
    if decline is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            **risk,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    words = "Stripe blocked this payment as too risky." if is_risky else _WORDS[decline.outcome_type]
    return {
        "advice_code": decline.advice_code,
        "network_advice_code": decline.network_advice_code,
        "network_decline_code": decline.network_decline_code,
        "network_status": decline.network_status,
        "reason": decline.reason,
        **risk,
        "seller_message": words,
        "type": decline.outcome_type,
    }
