"""Says which declines the lab knows, with the codes that come along, and what in truth stands behind each."""

from dataclasses import dataclass
from enum import StrEnum


class Truth(StrEnum):
    """What stands against a payment, whatever the code says."""

    NO_MONEY = "no_money"
    BANK = "bank"
    LIMIT = "limit"
    FAULT = "fault"
    EXPIRED = "expired"
    HOPELESS = "hopeless"
    UNCONFIRMED = "unconfirmed"
    REVOKED = "revoked"
    UNEXPLAINED = "unexplained"


SOFT_TRUTHS = frozenset({Truth.NO_MONEY, Truth.BANK, Truth.LIMIT, Truth.FAULT})


@dataclass(frozen=True, slots=True)
class Code:
    """Stripe's decline code with what Visa sends beside it."""

    code: str
    visa: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for declines. `weight` names the range of its share; `advice` are Mastercard's codes for it."""

    weight: str
    truth: Truth
    codes: tuple[Code, ...]
    advice: tuple[str, ...] = ()
    stripe_advice: str = ""


_WAITS = ("02", "24", "25", "26", "27", "28", "29", "30")
_LATER = "try_again_later"
_NEVER = "do_not_try_again"

CAUSES = (
    Cause("declined_for_funds", Truth.NO_MONEY, (Code("insufficient_funds", "51"),), _WAITS, _LATER),
    Cause(
        "declined_for_limits",
        Truth.LIMIT,
        (Code("card_velocity_exceeded", "65"), Code("withdrawal_count_limit_exceeded", "61")),
        ("25",),
        _LATER,
    ),
    Cause(
        "declined_unexplained",
        Truth.UNEXPLAINED,
        (Code("do_not_honor", "05"), Code("generic_decline", "05")),
        _WAITS,
        _LATER,
    ),
    Cause(
        "declined_technically",
        Truth.FAULT,
        (Code("processing_error", "96"), Code("issuer_not_available", "91")),
        ("24",),
        _LATER,
    ),
    Cause("declined_as_expired", Truth.EXPIRED, (Code("expired_card", "54"),), ("01",), "confirm_card_data"),
    Cause(
        "declined_for_data",
        Truth.HOPELESS,
        (Code("incorrect_cvc", "82"), Code("incorrect_number", "14"), Code("card_not_supported")),
        ("01",),
        "confirm_card_data",
    ),
    Cause("declined_for_authentication", Truth.UNCONFIRMED, (Code("authentication_required", "1A"),)),
    Cause(
        "declined_as_closed",
        Truth.HOPELESS,
        (Code("invalid_account", "46"), Code("transaction_not_allowed", "57"), Code("do_not_try_again", "46")),
        ("03",),
        _NEVER,
    ),
    Cause(
        "declined_as_fraud",
        Truth.HOPELESS,
        (Code("lost_card", "41"), Code("stolen_card", "43"), Code("pickup_card", "04"), Code("fraudulent", "59")),
        ("03",),
        _NEVER,
    ),
    Cause(
        "declined_as_revoked",
        Truth.REVOKED,
        (Code("revocation_of_authorization", "R1"), Code("stop_payment_order", "R0")),
        ("21",),
    ),
    Cause("declined_unheard_of", Truth.UNEXPLAINED, (Code("a_code_of_tomorrow", "05"),), _WAITS),
)

HIDDEN_VISA = {Truth.HOPELESS: ("14", "41", "43", "46"), Truth.NO_MONEY: ("51",), Truth.BANK: ("05",)}
HIDDEN_ADVICE = {Truth.HOPELESS: ("03",), Truth.NO_MONEY: _WAITS, Truth.BANK: _WAITS}

# Time zone, country, weight. Who has none counts as UTC, as in production.
PLACES = (
    ("America/New_York", "US", 18),
    ("America/Chicago", "US", 8),
    ("America/Los_Angeles", "US", 12),
    ("America/Sao_Paulo", "BR", 6),
    ("Europe/London", "GB", 10),
    ("Europe/Berlin", "DE", 10),
    ("Europe/Paris", "FR", 7),
    ("Europe/Madrid", "ES", 5),
    ("Asia/Kolkata", "IN", 6),
    ("Asia/Tokyo", "JP", 4),
    ("Australia/Sydney", "AU", 4),
    ("", "", 10),
)
PRICES = ((900, "usd"), (2900, "usd"), (2900, "eur"), (9900, "eur"), (1500, "jpy"))
LISTED_PAYDAYS = ("day_1", "day_15", "last_business_day")
OTHER_PAYDAYS = ("day_5", "day_10", "day_20", "day_25", "friday")
