"""Decides what a decline says: codes, words, advice, the network's own codes and who declined.

Assumed: the decline code that comes with a block for another reason than the highest risk, and that a card with too
many declines leaves a failed charge like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DECLINE_CODES = (
    "approve_with_id",
    "authentication_not_handled",
    "authentication_required",
    "call_issuer",
    "card_not_supported",
    "card_velocity_exceeded",
    "currency_not_supported",
    "do_not_honor",
    "do_not_try_again",
    "duplicate_transaction",
    "expired_card",
    "fraudulent",
    "generic_decline",
    "highest_risk_level",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_pin",
    "incorrect_zip",
    "insufficient_funds",
    "invalid_account",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "invalid_pin",
    "issuer_not_available",
    "live_mode_test_card",
    "lost_card",
    "merchant_blacklist",
    "mobile_device_authentication_required",
    "new_account_information_available",
    "no_action_taken",
    "not_permitted",
    "offline_pin_required",
    "online_or_offline_pin_required",
    "pickup_card",
    "pin_try_exceeded",
    "previously_declined_do_not_retry",
    "processing_error",
    "reenter_transaction",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "security_violation",
    "service_not_allowed",
    "stolen_card",
    "stop_payment_order",
    "testmode_decline",
    "transaction_not_allowed",
    "try_again_later",
    "withdrawal_count_limit_exceeded",
    # Further words stand behind these, for the place in this list is part of a test card's number.
    "blocklist",
    "low_probability_of_authorization",
    "requested_block_on_incorrect_cvc",
    "rule",
    "card_decline_rate_limit_exceeded",
)
# These are no codes of a bank: Stripe blocked the payment, and they are the reason that its outcome names.
BLOCK_REASONS = {
    "blocklist": "generic_decline",
    "highest_risk_level": "fraudulent",
    "low_probability_of_authorization": "generic_decline",
    "previously_declined_do_not_retry": "generic_decline",
    "requested_block_on_incorrect_cvc": "incorrect_cvc",
    "rule": "generic_decline",
}
# Documented: declined so because Stripe itself suspects fraud, which never reaches the bank.
_SUSPECTED = "fraudulent"
ADVICE_CODES = ("confirm_card_data", "do_not_try_again", "try_again_later")
NO_ADVICE = "none"
# Who declined, and what the network then knows of it.
OUTCOME_TYPES = {
    "issuer_declined": "declined_by_network",
    "blocked": "not_sent_to_network",
    "invalid": "not_sent_to_network",
}
NETWORK_STATUSES = ("declined_by_network", "not_sent_to_network", "reversed_after_approval")

_WORDS = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "invalid_cvc": "Your card's security code is invalid.",
    "incorrect_number": "Your card number is incorrect.",
    "incorrect_zip": "Your card's postal code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_not_supported": "Your card is not supported.",
    "currency_not_supported": "Your card does not support this currency.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
    ),
    "authentication_required": ("Your card was declined. This transaction requires authentication."),
    "card_decline_rate_limit_exceeded": (
        "This card has been declined too many times. You can try to charge this card again after 24 hours. We "
        "suggest reaching out to your customer to make sure they have entered all of their information correctly "
        "and that there are no issues with their card."
    ),
}
_OWN_CODES = frozenset(
    {
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "processing_error",
        "authentication_required",
        "card_decline_rate_limit_exceeded",
    }
)
# A code of its own that is no decline code.
_WITHOUT_DECLINE_CODE = frozenset({"card_decline_rate_limit_exceeded"})
_DO_NOT_TRY_AGAIN = frozenset(
    {
        "lost_card",
        "stolen_card",
        "pickup_card",
        "revocation_of_authorization",
        "revocation_of_all_authorizations",
        "transaction_not_allowed",
        "highest_risk_level",
        "previously_declined_do_not_retry",
        "fraudulent",
        "stop_payment_order",
    }
)
# After these nine Stripe makes no automatic second charge of the same card.
HARD_DECLINES = frozenset(
    {
        "authentication_required",
        "highest_risk_level",
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)
_CONFIRM_CARD_DATA = frozenset(
    {"expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip", "invalid_account", "invalid_cvc"}
)
_PARAMS = {"incorrect_cvc": "cvc", "incorrect_number": "number", "expired_card": "exp_month"}
_NETWORK_CODES = {
    "generic_decline": "01",
    "insufficient_funds": "51",
    "lost_card": "41",
    "stolen_card": "43",
    "expired_card": "54",
    "do_not_honor": "05",
    "card_velocity_exceeded": "65",
}


@dataclass(frozen=True)
class Decline:
    """One refusal, by the issuer unless `outcome_type` says otherwise; `reason` is what the outcome names."""

    code: str
    decline_code: str | None
    message: str
    advice_code: str | None
    network_decline_code: str | None
    network_advice_code: str | None
    param: str
    outcome_type: str
    network_status: str
    reason: str


def decline_for(word: str, told: Mapping[str, str] | None = None) -> Decline:
    """The refusal with this decline code (`insufficient_funds`, `generic_decline` …) or for this reason of a block.

    `told`: what it is to say instead of the usual, by the names of `Decline`'s fields; the advice `none` is none.
    """
    given = told or {}
    outcome_type = given.get("outcome_type") or _usual_type(word)
    code = BLOCK_REASONS.get(word, word)
    reason = given.get("reason") or _usual_reason(word, outcome_type)
    is_issuers = outcome_type == "issuer_declined"
    advice = given.get("advice_code") or _advice(reason if reason in _DO_NOT_TRY_AGAIN else code)
    return Decline(
        code=code if code in _OWN_CODES else "card_declined",
        decline_code=None if code in _WITHOUT_DECLINE_CODE else code,
        message=_WORDS.get(code, "Your card was declined."),
        advice_code=None if advice == NO_ADVICE else advice,
        network_decline_code=given.get("network_decline_code") or (_NETWORK_CODES.get(code) if is_issuers else None),
        network_advice_code=given.get("network_advice_code"),
        param=_PARAMS.get(code, ""),
        outcome_type=outcome_type,
        network_status=given.get("network_status") or OUTCOME_TYPES[outcome_type],
        reason=reason,
    )


def _usual_type(word: str) -> str:
    return "blocked" if word in BLOCK_REASONS or word == _SUSPECTED else "issuer_declined"


def _usual_reason(word: str, outcome_type: str) -> str:
    is_suspected = word == _SUSPECTED and outcome_type == "blocked"
    return "highest_risk_level" if is_suspected else word


def _advice(word: str) -> str:
    if word in _DO_NOT_TRY_AGAIN:
        return "do_not_try_again"
    return "confirm_card_data" if word in _CONFIRM_CARD_DATA else "try_again_later"
