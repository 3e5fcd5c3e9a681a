"""Decides which test cards exist and how each behaves; numbers are compared, never stored."""

from dataclasses import dataclass, replace

from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.engine.plain_cards import COUNTRY_CARDS, PLAIN_CARDS

OWN_PREFIX = "pm_card_sandbox_"
SEQUENCE_PREFIX = OWN_PREFIX + "sequence_"
OWN_NUMBERS = "400099"


@dataclass(frozen=True)
class TestCard:
    """One listed card.

    `behaviour`: "ok", "ok:<what comes after the charge>"; "authenticate" (3-D Secure each time);
    "refuse:<code>" (declines, at attaching too); "decline:<code>" (attaches, then every charge declines);
    "sequence:<a,b,c>" (charge n has outcome n).
    """

    __test__ = False  # The name begins like a test's; pytest is not to collect it.

    number: str
    tokens: tuple[str, ...]
    label: str
    behaviour: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"

    @property
    def display_brand(self) -> str:
        """The brand as it is shown on the card."""
        return "american_express" if self.brand == "amex" else self.brand

    @property
    def last4(self) -> str:
        """The last four digits, the only ones that are kept."""
        return self.number[-4:]


LISTED_CARDS = (
    TestCard("4242424242424242", ("visa",), "Visa, pays", "ok"),
    TestCard("5555555555554444", ("mastercard",), "Mastercard, pays", "ok", brand="mastercard"),
    TestCard("378282246310005", ("amex",), "American Express, pays", "ok", brand="amex"),
    TestCard("6011111111111117", (), "Discover, pays", "ok", brand="discover"),
    TestCard("6011981111111113", ("discover",), "Discover, pays", "ok", brand="discover"),
    TestCard("4000002760003184", ("authenticationRequired",), "3-D Secure each time", "authenticate", country="DE"),
    TestCard("4000000000003220", ("threeDSecure2Required",), "3-D Secure 2 each time", "authenticate"),
    TestCard("4000000000000002", ("chargeDeclined",), "Declined", "refuse:generic_decline"),
    TestCard(
        "4000000000009995",
        ("chargeDeclinedInsufficientFunds",),
        "Insufficient funds",
        "refuse:insufficient_funds",
    ),
    TestCard("4000000000009987", ("chargeDeclinedLostCard",), "Lost card", "refuse:lost_card"),
    TestCard("4000000000009979", ("chargeDeclinedStolenCard",), "Stolen card", "refuse:stolen_card"),
    TestCard("4000000000000069", ("chargeDeclinedExpiredCard",), "Expired card", "refuse:expired_card"),
    TestCard("4000000000000127", ("chargeDeclinedIncorrectCvc",), "Incorrect CVC", "refuse:incorrect_cvc"),
    TestCard(
        "4000000000000119",
        ("chargeDeclinedProcessingError",),
        "Processing error",
        "refuse:processing_error",
    ),
    TestCard(
        "4000000000006975",
        ("chargeDeclinedVelocityLimitExceeded",),
        "Velocity limit exceeded",
        "refuse:card_velocity_exceeded",
    ),
    TestCard(
        "4000000000000341",
        ("chargeCustomerFail",),
        "Can be saved, later charges are declined",
        "decline:generic_decline",
    ),
    TestCard(
        "4100000000000019",
        ("chargeDeclinedFraudulent", "radarBlock"),
        "Can be saved, charges are declined as fraud",
        "decline:fraudulent",
    ),
    TestCard("4000000000000259", ("createDispute",), "Pays, then disputed as fraud", "ok:dispute:fraudulent"),
    TestCard(
        "4000000000002685",
        ("createDisputeProductNotReceived",),
        "Pays, then disputed as not received",
        "ok:dispute:product_not_received",
    ),
    TestCard("4000000000001976", ("createDisputeInquiry",), "Pays, then an inquiry", "ok:inquiry:general"),
    TestCard(
        "4000000000005423",
        ("createIssuerFraudRecord",),
        "Pays, then an early fraud warning",
        "ok:fraud_warning:made_with_stolen_card",
    ),
    TestCard("4000000000005126", ("refundFail",), "Pays, refunds fail later", "ok:refund_fails"),
    TestCard("4000000000007726", ("pendingRefund",), "Pays, refunds take their time", "ok:refund_pends"),
    TestCard("4000000000000077", ("bypassPending",), "Pays, funds available at once", "ok:no_wait_for_funds"),
)
# These two tokens end in digits that no listed number ends in.
_TOKEN_LAST4 = {"discover": "9424", "amex": "8431"}
# Further cards that work and are offered on no button.
_UNLISTED_CARDS = tuple(
    TestCard(number, tokens, f"{brand} of {country}, pays", "ok", brand, country, funding)
    for number, tokens, brand, country, funding in (*COUNTRY_CARDS, *PLAIN_CARDS)
)
_ALL_CARDS = (*_UNLISTED_CARDS, *LISTED_CARDS)
_BY_NUMBER = {card.number: card for card in _ALL_CARDS}
_BY_TOKEN = {token: card for card in _ALL_CARDS for token in card.tokens}


def card_for_token(token: str) -> TestCard | None:
    """The card behind `pm_card_visa`, `tok_visa`, `pm_card_visa_chargeDeclined`, `pm_card_sandbox_<code>` …"""
    if token.startswith(SEQUENCE_PREFIX):
        return _own_card(token, "sequence:" + token.removeprefix(SEQUENCE_PREFIX))
    if token.startswith(OWN_PREFIX):
        code = token.removeprefix(OWN_PREFIX)
        return _own_card(token, f"decline:{code}") if code in DECLINE_CODES else None
    for prefix in ("pm_card_visa_", "pm_card_", "tok_visa_", "tok_"):
        name = token.removeprefix(prefix)
        if name != token and name in _BY_TOKEN:
            card = _BY_TOKEN[name]
            last4 = _TOKEN_LAST4.get(name)
            return card if last4 is None else _with_last4(card, last4)
    return None


def card_for_number(number: str) -> TestCard | None:
    """The card with this number (spaces allowed), or None: no other number is ever accepted."""
    digits = number.replace(" ", "").replace("-", "")
    if digits.startswith(OWN_NUMBERS) and len(digits) == 16 and digits.isdigit():
        index = int(digits[6:8])
        if index < len(DECLINE_CODES):
            return TestCard(digits, (), DECLINE_CODES[index], f"decline:{DECLINE_CODES[index]}")
    return _BY_NUMBER.get(digits)


def _own_card(token: str, behaviour: str) -> TestCard:
    return TestCard(f"{token}0341", (token,), token, behaviour)


def _with_last4(card: TestCard, last4: str) -> TestCard:
    return replace(card, number=card.number[:-4] + last4)


def after_charge(behaviour: str) -> tuple[str, str]:
    """What a card brings about after it paid, and its detail: ("dispute", "fraudulent"); ("", "") for nothing.

    Assumed (from memory): the numbers of these cards except 0259, and that the early fraud warning's is 5423.
    """
    kind, _, rest = behaviour.partition(":")
    effect, _, detail = rest.partition(":") if kind == "ok" else ("", "", "")
    return effect, detail


def charge_outcome(behaviour: str, *, charges_before: int, age_days: int) -> str:
    """What a charge of this card comes to: "ok", "authenticate" or a decline code.

    `charges_before`: charges tried on this payment method so far. `age_days`: whole days since it was made.
    """
    kind, _, rest = behaviour.partition(":")
    if kind in {"refuse", "decline"}:
        return rest
    if kind != "sequence":
        return kind
    outcomes = rest.split(",")
    outcome = outcomes[min(charges_before, len(outcomes) - 1)]
    if outcome.startswith("ok_after"):
        return "ok" if age_days >= int(outcome.partition(":")[2] or 0) else "generic_decline"
    return outcome


def setup_outcome(behaviour: str) -> str:
    """What saving this card comes to: "ok", "authenticate" or a decline code."""
    kind, _, rest = behaviour.partition(":")
    if kind == "refuse":
        return rest
    return "authenticate" if kind == "authenticate" else "ok"
