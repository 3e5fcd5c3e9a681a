"""Hides in a payload what would let its reader pay, sign or log in; it knows names and forms only."""

import re
from typing import Any

MASK = "••••••"
_SECRET_NAME = re.compile(r"secret|token|password|cvc|fingerprint|(^|_)(number|iban)$", re.IGNORECASE)
# Stripe's hosted pages open to whoever holds the address.
_LINK_NAME = re.compile(r"^(url|hosted_invoice_url|invoice_pdf|receipt_url|hosted_verification_url)$")
_SECRET_VALUE = re.compile(r"(_secret_|\b(sk|rk)_(live|test)_|\bwhsec_)")


def masked(value: Any, *, name: str = "") -> Any:
    """A copy of parsed JSON in which secrets are replaced by dots; null and empty stay visible."""
    if isinstance(value, dict):
        return {key: masked(inner, name=key) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name=name) for inner in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    is_secret = _SECRET_NAME.search(name) or _LINK_NAME.match(name)
    if is_secret or (isinstance(value, str) and _SECRET_VALUE.search(value)):
        return MASK
    return value
