"""Hides what would let its reader pay, sign, log in or draw on an account; it knows names and forms only."""

import re
from typing import Any

MASK = "••••••"
_SECRET_NAME = re.compile(
    r"secret|token|password|fingerprint|signature|authorization"
    r"|(^|_)(iban|cvc|cvv|cvn|csc|pin|pan|security_code)$"
    r"|(^|_)(card|account|routing|transit|institution|bank|branch)_(number|code)$|(^|_)(sort_code|bsb|bsb_number)$",
    re.IGNORECASE,
)
# Names that Stripe uses for whether and how a thing was checked: words, no digits.
_OUTCOME_NAME = re.compile(r"_(check|checks|status|type|required)$")
_OUTCOME = re.compile(r"[a-z_]{1,40}")
_SECRET_VALUE = re.compile(
    r"\b(?:sk|rk|ek)_(?:live|test)_\w+|\bbk_(?:live|test)_[0-9a-f]{12}_[\w-]{20,}|\bwhsec_\w+|\b\w+_secret_\w+"
    r"|\bt=\d{9,12},\s*v\d=[0-9a-f]+(?:,\s*v\d=[0-9a-f]+)*|\bBearer\s+\S+|://[^/\s:@]*:[^/\s@]+@",
    re.IGNORECASE,
)
# Stripe's hosted pages open to whoever holds the address.
_LINK_NAME = re.compile(r"(^|_)(url|pdf)$")
_HOSTED_LINK = re.compile(
    r"https?://(?:[\w.-]*\bstripe\.com|127\.0\.0\.1:\d+)/(?:c/pay|p/session|i|3ds|invoice)/\S+", re.IGNORECASE
)
# Our own links that are signed and open something to whoever holds them.
_SIGNED_LINK = re.compile(r"/(?:pay|join)/[\w:.-]{30,}", re.ASCII)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.]?\d)(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


def masked(value: Any, *, name: str = "") -> Any:
    """A copy of parsed JSON in which secrets are replaced by dots; null, empty and claims stay visible."""
    if isinstance(value, bool) or value in (None, "", [], {}):
        return value
    if _SECRET_NAME.search(name) and not _is_outcome(value, name=name):
        return MASK
    if isinstance(value, dict):
        return {key: masked(inner, name=str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name=name) for inner in value]
    if isinstance(value, int):
        return MASK if masked_text(str(value)) != str(value) else value
    if isinstance(value, str):
        return MASK if _LINK_NAME.search(name) and "://" in value else masked_text(value)
    return value


def masked_text(text: str) -> str:
    """The text without keys, signatures, numbers of cards and accounts, and links that open by themselves."""
    for pattern in (_SECRET_VALUE, _HOSTED_LINK, _SIGNED_LINK):
        text = pattern.sub(MASK, text)
    text = _CARD.sub(lambda found: MASK if _passes_luhn(found[0]) else found[0], text)
    return _IBAN.sub(lambda found: MASK if _passes_mod_97(found[0]) else found[0], text)


def _is_outcome(value: Any, *, name: str) -> bool:
    return isinstance(value, str) and bool(_OUTCOME_NAME.search(name) and _OUTCOME.fullmatch(value))


def _passes_luhn(text: str) -> bool:
    """The check digit of a card number; other long numbers pass it once in ten times, and are hidden, too."""
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _passes_mod_97(text: str) -> bool:
    """The check digits of an international account number (ISO 13616)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
