"""Decides what a decline says: codes, words, advice and the network's own code."""

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
)

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
}
_OWN_CODES = frozenset(
    {
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "processing_error",
        "authentication_required",
    }
)
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
    """One refusal by the issuer."""

    code: str
    decline_code: str
    message: str
    advice_code: str
    network_decline_code: str | None
    param: str


def decline_for(decline_code: str) -> Decline:
    """The refusal with this decline code (`insufficient_funds`, `generic_decline` …)."""
    if decline_code in _DO_NOT_TRY_AGAIN:
        advice = "do_not_try_again"
    elif decline_code in _CONFIRM_CARD_DATA:
        advice = "confirm_card_data"
    else:
        advice = "try_again_later"
    return Decline(
        code=decline_code if decline_code in _OWN_CODES else "card_declined",
        decline_code=decline_code,
        message=_WORDS.get(decline_code, "Your card was declined."),
        advice_code=advice,
        network_decline_code=_NETWORK_CODES.get(decline_code),
        param=_PARAMS.get(decline_code, ""),
    )
