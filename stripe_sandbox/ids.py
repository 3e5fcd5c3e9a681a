"""Decides how object ids look: Stripe's prefixes and lengths, random tails."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits

# Kinds whose ids are short in Stripe (prefix and 14 characters); the others have "1", "3" or "61" and 23 characters.
_SHORT = {"customer": "cus_", "product": "prod_", "subscription_item": "si_"}
_LONG = {
    "payment_method": "pm_1",
    "price": "price_1",
    "subscription": "sub_1",
    "subscription_schedule": "sub_sched_1",
    "invoice": "in_1",
    "invoiceitem": "ii_1",
    "line_item": "il_1",
    "invoice_payment": "inpay_1",
    "payment_intent": "pi_3",
    "setup_intent": "seti_1",
    "setup_attempt": "setatt_1",
    "charge": "ch_3",
    "discount": "di_1",
    "promotion_code": "promo_1",
    "tax_id": "txi_1",
    "tax_rate": "txr_1",
    "balance_transaction": "txn_3",
    "refund": "re_3",
    "dispute": "dp_1",
    "radar.early_fraud_warning": "issfr_1",
    "file": "file_1",
    "file_link": "link_1",
    "credit_note": "cn_1",
    "credit_note_line_item": "cnli_1",
    "customer_balance_transaction": "cbtxn_1",
    "event": "evt_1",
    "webhook_endpoint": "we_1",
    "billing_portal.session": "bps_1",
    "billing_portal.configuration": "bpc_1",
    "test_helpers.test_clock": "clock_1",
    "billing.meter": "mtr_test_61",
}
_KINDS = {prefix.rstrip("136").rstrip("_"): kind for kind, prefix in (_SHORT | _LONG).items()}


def random_text(length: int, *, alphabet: str = _ALPHABET) -> str:
    """`length` random letters and digits."""
    # One draw for all characters: thousands of ids are made while a year passes.
    return "".join(alphabet[byte % len(alphabet)] for byte in secrets.token_bytes(length))


def new_id(kind: str) -> str:
    """A fresh id for an object of this kind."""
    if kind in _SHORT:
        return _SHORT[kind] + random_text(14)
    return _LONG[kind] + random_text(23)


def kind_of(object_id: str) -> str | None:
    """The kind of object that an id of this form names; None for a caller's own id."""
    if object_id.startswith("cs_test_"):
        return "checkout.session"
    return _KINDS.get(object_id.rpartition("_")[0])


def new_checkout_id(*, mode: str) -> str:
    """Checkout ids say in their first letter whether they only set a card up."""
    return ("cs_test_c1" if mode == "setup" else "cs_test_a1") + random_text(56)


def new_request_id() -> str:
    """The value of the Request-Id header."""
    return "req_" + random_text(14)


def new_secret(owner_id: str) -> str:
    """The client secret of an intent."""
    return f"{owner_id}_secret_{random_text(25)}"


def new_invoice_prefix() -> str:
    """Eight upper-case characters that start a customer's invoice numbers."""
    return random_text(8, alphabet=_UPPER)
