"""Leaves out of a copy of data why a card was refused: who stole one must not learn what its bank knows.

It goes by the names that Stripe, dj-stripe's copies and our own columns use, at any depth. The names go as well, so
that an empty value tells nothing either.
"""

from typing import Any

REASONS = frozenset(
    {
        # Stripe's, on charges, payment intents, setup intents and the errors inside them.
        "advice_code",
        "decline_code",
        "failure_code",
        "failure_message",
        "last_payment_error",
        "last_setup_error",
        "network_advice_code",
        "network_decline_code",
        "outcome",
        # Ours, on charges, cases and tries.
        "decline_class",
        "end_reason",
        "failure",
        "message_key",
        "outcome_type",
        "waits_for",
    }
)


def without_reasons(value: Any) -> Any:
    """A copy of parsed JSON without what says why a payment failed."""
    if isinstance(value, dict):
        return {key: without_reasons(inner) for key, inner in value.items() if key not in REASONS}
    if isinstance(value, list):
        return [without_reasons(inner) for inner in value]
    return value
