"""Decides what payment methods other than cards look like: bank debits, wallets, vouchers. Some of them pay.

The details of these types were seen in recorded answers: acss_debit, afterpay_clearpay, alipay, bancontact, boleto,
eps, fpx, giropay, grabpay, ideal, oxxo, p24, sepa_debit, sofort, wechat_pay. The others follow Stripe's object
reference. Assumed: the lengths of bank and branch codes inside an IBAN, and which bank has which BIC.
"""

import hashlib
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import bank_debits
from stripe_sandbox.engine.payment_methods import billing_address
from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

# Without details of their own: the key is there and its table is empty.
_PLAIN = frozenset(
    {
        "affirm",
        "afterpay_clearpay",
        "alipay",
        "alma",
        "amazon_pay",
        "bancontact",
        "billie",
        "blik",
        "customer_balance",
        "giropay",
        "grabpay",
        "kakao_pay",
        "konbini",
        "mb_way",
        "mobilepay",
        "multibanco",
        "oxxo",
        "pay_by_bank",
        "payco",
        "paynow",
        "pix",
        "promptpay",
        "revolut_pay",
        "satispay",
        "swish",
        "twint",
        "wechat_pay",
        "zip",
    }
)
_TEST_BANK = "STRIPE TEST BANK"
_BICS = {
    "abn_amro": "ABNANL2A",
    "asn_bank": "ASNBNL21",
    "bunq": "BUNQNL2A",
    "handelsbanken": "HANDNL2A",
    "ing": "INGBNL2A",
    "knab": "KNABNL2H",
    "n26": "NTSBDEB1",
    "nn": "NNBANL2G",
    "rabobank": "RABONL2U",
    "regiobank": "RBRBNL21",
    "revolut": "REVOLT21",
    "sns_bank": "SNSBNL2A",
    "triodos_bank": "TRIONL2U",
    "van_lanschot": "FVLBNL22",
    "yoursafe": "BITSNL2A",
}
# Country: length of the bank code, then of the branch code, after country and check digits.
_IBAN_PARTS = {
    "AT": (5, 0),
    "BE": (3, 0),
    "CH": (5, 0),
    "DE": (8, 0),
    "DK": (4, 0),
    "ES": (4, 4),
    "FI": (3, 0),
    "FR": (5, 5),
    "GB": (4, 6),
    "IE": (4, 6),
    "LU": (3, 0),
    "NL": (4, 0),
    "NO": (4, 0),
    "PT": (4, 4),
    "SE": (3, 0),
}
_DEFAULT_PARTS = (4, 0)
_CHECKSUM = 97


def create(
    unit: Unit, kind: str, given: dict[str, Any] | None, *, billing_details: dict[str, Any] | None
) -> StripeObject:
    """A payment method of this type, attached to nobody.

    Raises ApiError for a type that Stripe does not have or whose details are missing or cannot be.
    """
    details = _details(unit, kind, given)
    behaviour = bank_debits.behaviour_of(kind, given or {})
    method = blank("payment_method", id=ids.new_id("payment_method"), type=kind, _behaviour=behaviour, _charges=0)
    del method["card"]
    method[kind] = details
    method["billing_details"] = billing_address(billing_details or {})
    return unit.add(dict(sorted(method.items())))


def _details(unit: Unit, kind: str, given: dict[str, Any] | None) -> dict[str, Any]:
    if kind in _PLAIN:
        return {}
    needed = _NEEDED.get(kind)
    if needed is None:
        raise invalid_parameter(f"Invalid type: {kind} is not a payment method that can be made here", param="type")
    for key in needed:
        if not (given or {}).get(key):
            raise missing_parameter(f"{kind}[{key}]")
    return _BUILDERS[kind](unit, given or {})


def _fingerprint(unit: Unit, *parts: str) -> str:
    return hashlib.sha256(":".join((unit.account_id, *parts)).encode()).hexdigest()[:16]


def _sepa_debit(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    iban = given["iban"].replace(" ", "").upper()
    if not _is_iban(iban):
        raise invalid_parameter(
            "The IBAN you provided is invalid.", param="sepa_debit[iban]", code="invalid_bank_account_iban"
        )
    bank, branch = _IBAN_PARTS.get(iban[:2], _DEFAULT_PARTS)
    return {
        "bank_code": iban[4 : 4 + bank],
        "branch_code": iban[4 + bank : 4 + bank + branch],
        "country": iban[:2],
        "fingerprint": _fingerprint(unit, iban),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }


def _is_iban(text: str) -> bool:
    """ISO 13616: moved to the end, letters as numbers, the rest of a division by 97 is 1."""
    if not text.isalnum() or not 15 <= len(text) <= 34 or not text[:2].isalpha():
        return False
    return int("".join(str(int(mark, 36)) for mark in text[4:] + text[:4])) % _CHECKSUM == 1


def _acss_debit(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    numbers = [given[key] for key in ("account_number", "institution_number", "transit_number")]
    return {
        "bank_name": _TEST_BANK,
        "fingerprint": _fingerprint(unit, *numbers),
        "institution_number": numbers[1],
        "last4": numbers[0][-4:],
        "transit_number": numbers[2],
    }


def _us_bank_account(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "account_holder_type": given.get("account_holder_type"),
        "account_type": given.get("account_type") or "checking",
        "bank_name": _TEST_BANK,
        "financial_connections_account": None,
        "fingerprint": _fingerprint(unit, given["routing_number"], given["account_number"]),
        "last4": given["account_number"][-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": given["routing_number"],
        "status_details": {},
    }


def _au_becs_debit(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "bsb_number": given["bsb_number"],
        "fingerprint": _fingerprint(unit, given["bsb_number"], given["account_number"]),
        "last4": given["account_number"][-4:],
    }


def _bacs_debit(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "fingerprint": _fingerprint(unit, given["sort_code"], given["account_number"]),
        "last4": given["account_number"][-4:],
        "sort_code": given["sort_code"],
    }


def _boleto(unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {"fingerprint": _fingerprint(unit, given["tax_id"]), "tax_id": given["tax_id"]}


def _ideal(_unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    bank = given.get("bank")
    return {"bank": bank, "bic": _BICS.get(bank or "")}


def _bank(_unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {"bank": given.get("bank")}


def _fpx(_unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {"account_holder_type": given.get("account_holder_type") or "individual", "bank": given["bank"]}


def _sofort(_unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {"country": given["country"]}


def _cashapp(_unit: Unit, _given: dict[str, Any]) -> dict[str, Any]:
    return {"buyer_id": None, "cashtag": None}


def _klarna(_unit: Unit, given: dict[str, Any]) -> dict[str, Any]:
    return {"dob": given["dob"]} if given.get("dob") else {}


def _link(_unit: Unit, _given: dict[str, Any]) -> dict[str, Any]:
    return {"email": None}


def _paypal(_unit: Unit, _given: dict[str, Any]) -> dict[str, Any]:
    return {"country": None, "payer_email": None, "payer_id": None}


_BUILDERS = {
    "acss_debit": _acss_debit,
    "au_becs_debit": _au_becs_debit,
    "bacs_debit": _bacs_debit,
    "boleto": _boleto,
    "cashapp": _cashapp,
    "eps": _bank,
    "fpx": _fpx,
    "ideal": _ideal,
    "klarna": _klarna,
    "link": _link,
    "p24": _bank,
    "paypal": _paypal,
    "sepa_debit": _sepa_debit,
    "sofort": _sofort,
    "us_bank_account": _us_bank_account,
}
_NEEDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_BUILDERS, ()),
    "acss_debit": ("account_number", "institution_number", "transit_number"),
    "au_becs_debit": ("account_number", "bsb_number"),
    "bacs_debit": ("account_number", "sort_code"),
    "boleto": ("tax_id",),
    "fpx": ("bank",),
    "sepa_debit": ("iban",),
    "sofort": ("country",),
    "us_bank_account": ("account_number", "routing_number"),
}
