"""Decides what a customer is told when a card fails; knows neither pages nor the engine.

Suspicion of fraud and an unknown reason share one text, to the letter: the card's holder learns why from the bank.
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_sandbox.store.unit import StripeObject

UNCHARGED = "You have not been charged."

ANOTHER_CARD = "Use another card."
CONFIRM_AGAIN = "Try again, or use another card."
AT_ITS_LIMIT = ("This card has reached its limit for now.", "Use another card, or try again tomorrow.")

# What happened, and the way out; between the two stands that nothing was charged.
REASONS = {
    "insufficient_funds": ("There is not enough money on this card.", "Use another card, or try again later."),
    "expired_card": ("This card has expired.", ANOTHER_CARD),
    "incorrect_cvc": ("The security code does not belong to this card.", "Check the code on the card."),
    "processing_error": ("The bank could not answer just now.", "Try again in a minute."),
    "card_velocity_exceeded": AT_ITS_LIMIT,
    "withdrawal_count_limit_exceeded": AT_ITS_LIMIT,
    "authentication_required": ("Your bank wants you to confirm the payment.", "Try again and confirm it."),
    "payment_intent_authentication_failure": ("The payment was not confirmed with the bank.", CONFIRM_AGAIN),
    "setup_intent_authentication_failure": ("The card was not confirmed with the bank.", CONFIRM_AGAIN),
}
UNKNOWN_REASON = ("The bank gave no reason.", "Use another card, or ask your bank.")

FIELD_OF_REASON = {
    "incorrect_number": "number",
    "invalid_number": "number",
    "incorrect_cvc": "cvc",
    "invalid_cvc": "cvc",
    "expired_card": "expiry",
    "invalid_expiry_month": "expiry",
    "invalid_expiry_year": "expiry",
    "tax_id_invalid": "tax_id",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A banner above a form: ``kind`` is ok, note, warn or bad; ``url`` and ``label`` are the one way on."""

    kind: str
    title: str
    text: str
    url: str | None = None
    label: str | None = None


def unanswered_notice(intent_id: str) -> Notice:
    """Return the banner for a question of the bank that was left open."""
    text = "You have not been charged. Answer the bank, or use another card below."
    title = "Your bank waits for your answer"
    return Notice(kind="note", title=title, text=text, url=f"/3ds/{intent_id}", label="Confirm with your bank")


def unconfirmed_notice() -> Notice:
    """Return the banner for a question of the bank that was answered with no."""
    return decline_notice({"code": "payment_intent_authentication_failure"})


def decline_reason(error: StripeObject) -> str:
    """Return the most exact code that an error body carries."""
    return str(error.get("decline_code") or error.get("code") or "")


def decline_notice(error: StripeObject) -> Notice:
    """Return the banner for a declined card, from Stripe's error body."""
    reason = decline_reason(error)
    if FIELD_OF_REASON.get(reason) == "number":
        text = f"This number is none of the test numbers. {UNCHARGED} Take one from the list."
        return Notice(kind="bad", title="The sandbox does not know this card", text=text)
    if reason == "tax_id_invalid":
        text = f"It is no tax number of the country above. {UNCHARGED} Correct it, or leave it empty."
        return Notice(kind="bad", title="Check the tax number", text=text)
    title = "The payment was not confirmed" if reason.endswith("authentication_failure") else "The card was declined"
    cause, way_out = REASONS.get(reason, UNKNOWN_REASON)
    text = f"{cause} {UNCHARGED} {way_out}"
    return Notice(kind="bad", title=title, text=text)


def decline_field(error: StripeObject) -> tuple[str, str]:
    """Return the name of the field that the decline is about, and the short text under it."""
    field = FIELD_OF_REASON.get(decline_reason(error), "number")
    texts = {
        "number": "Enter another number.",
        "cvc": "Enter the code again.",
        "expiry": "Use a card that is still valid.",
        "tax_id": "Enter a tax number of the country above, or none.",
    }
    return field, texts[field]
