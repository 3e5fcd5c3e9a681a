"""The cards of a story, and what their banks say."""

_OK = "pm_card_sandbox_sequence_"
SOFT_TOKENS = (
    f"{_OK}insufficient_funds,ok",
    f"{_OK}insufficient_funds,do_not_honor,insufficient_funds,ok",
    f"{_OK}try_again_later,processing_error,ok",
    f"{_OK}generic_decline,issuer_not_available,generic_decline,ok",
    f"{_OK}do_not_honor,insufficient_funds,expired_card",
    "pm_card_sandbox_insufficient_funds",
)
TOKENS = (
    f"{_OK}processing_error,stolen_card",
    "pm_card_chargeCustomerFail",
    "pm_card_sandbox_stolen_card",
    "pm_card_sandbox_fraudulent",
    "pm_card_sandbox_expired_card",
    "pm_card_sandbox_revocation_of_authorization",
    "pm_card_authenticationRequired",
    "pm_card_visa",
)
ADVICE = ("02", "24", "25", "26", "27", "28", "29", "30")
"""Mastercard's codes that order a wait, from an hour to ten days."""
CODES = ("insufficient_funds", "do_not_honor", "lost_card", "generic_decline", "issuer_not_available")
