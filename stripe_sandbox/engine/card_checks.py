"""Decides what a bank says of a card's security code and address, and what Stripe thinks of the risk of a payment.

Documented: a part of the address that was not given is not checked, the listed cards that fail a check pay unless the
account blocks them, the scores from which a payment is of elevated or highest risk, and the block of the highest.
Assumed: that this account has no other rule that blocks, and the scores themselves.
"""

from typing import Any

FAILING = {
    "address": {"address_line1_check": "fail", "address_postal_code_check": "fail"},
    "line1": {"address_line1_check": "fail"},
    "postal_code": {"address_postal_code_check": "fail"},
    "unchecked": {"address_line1_check": "unavailable", "address_postal_code_check": "unavailable"},
    "cvc": {"cvc_check": "fail"},
}
# The listed cards that pay with such a remark: number, name of the token, what it does.
REMARKED_CARDS = (
    ("4000000000000010", "avsFail", "Pays, address checks fail", "ok:check:address"),
    ("4000000000000028", "avsLine1Fail", "Pays, street check fails", "ok:check:line1"),
    ("4000000000000036", "avsZipFail", "Pays, postal code check fails", "ok:check:postal_code"),
    ("4000000000000044", "avsUnchecked", "Pays, address unavailable", "ok:check:unchecked"),
    ("4000000000000101", "cvcCheckFail", "Pays, CVC check fails", "ok:check:cvc"),
    ("4000000000009235", "riskLevelElevated", "Pays, elevated risk", "ok:risk:elevated"),
    ("4000000000004954", "riskLevelHighest", "Highest risk, blocked", "decline:fraudulent"),
)
_SCORES = {"normal": 28, "elevated": 65, "highest": 92}


def checks(behaviour: str, address: dict[str, Any]) -> dict[str, str | None]:
    """The result of each check of a card with this behaviour; None for a part of the address that is not given."""
    _, _, rest = behaviour.partition(":")
    effect, _, detail = rest.partition(":")
    failing = FAILING[detail] if effect == "check" else {}
    given = {
        "address_line1_check": bool(address.get("line1")),
        "address_postal_code_check": bool(address.get("postal_code")),
        "cvc_check": True,
    }
    return {name: failing.get(name, "pass") if is_given else None for name, is_given in given.items()}


def risk(level: str) -> dict[str, Any]:
    """How an outcome tells of a risk level."""
    return {"risk_level": level, "risk_score": _SCORES[level]}


def level_of(behaviour: str, *, is_blocked: bool) -> str:
    """`normal`, `elevated`, or `highest` for what is blocked."""
    if is_blocked:
        return "highest"
    return "elevated" if behaviour == "ok:risk:elevated" else "normal"
