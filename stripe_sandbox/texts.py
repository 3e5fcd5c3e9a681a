"""Decides which texts can stand for a currency, an e-mail address or metadata, whatever endpoint they came to."""

import re
import sys

from stripe_sandbox.errors import invalid_parameter

CURRENCY_KEYS = frozenset({"currency", "minimum_amount_currency"})
EMAIL_KEYS = frozenset({"email", "customer_email", "receipt_email"})
# Assumed (from memory of Stripe's own refusal, which lists them in this order).
CURRENCIES = (
    "usd, aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, bdt, bgn, bhd, bif, bmd, bnd, bob, brl, "
    "bsd, bwp, byn, bzd, cad, cdf, chf, clp, cny, cop, crc, cve, czk, djf, dkk, dop, dzd, egp, etb, eur, fjd, "
    "fkp, gbp, gel, gip, gmd, gnf, gtq, gyd, hkd, hnl, hrk, htg, huf, idr, ils, inr, isk, jmd, jod, jpy, kes, "
    "kgs, khr, kmf, krw, kwd, kyd, kzt, lak, lbp, lkr, lrd, lsl, mad, mdl, mga, mkd, mmk, mnt, mop, mur, mvr, "
    "mwk, mxn, myr, mzn, nad, ngn, nio, nok, npr, nzd, omr, pab, pen, pgk, php, pkr, pln, pyg, qar, ron, rsd, "
    "rub, rwf, sar, sbd, scr, sek, sgd, shp, sle, sos, srd, std, szl, thb, tjs, tnd, top, try, ttd, twd, tzs, "
    "uah, ugx, uyu, uzs, vnd, vuv, wst, xaf, xcd, xcg, xof, xpf, yer, zar, zmw, btn, ghs, mru"
)
_KNOWN_CURRENCIES = frozenset(CURRENCIES.split(", "))
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LONGEST = 5000
LONGEST_EVIDENCE = 20_000
MOST_KEYS = 50
LONGEST_KEY = 40
LONGEST_VALUE = 500


def read(text: str, *, path: str) -> str:
    """The text as the parameter at this path keeps it: currencies in lower case, the rest as given.

    Raises ApiError for an unknown currency, for an e-mail address that cannot be and for what is too long (the words
    and the bound of the last are assumed).
    """
    key = path.rstrip("]").rpartition("[")[2]
    if key in CURRENCY_KEYS:
        return _currency(text, path=path)
    if key in EMAIL_KEYS and not _EMAIL.fullmatch(text):
        raise invalid_parameter(f"Invalid email address: {text}", param=path, code="email_invalid")
    if len(text) > _longest(path):
        raise invalid_parameter(
            f"Invalid string: {text[:10]}...{text[-10:]}; must be at most {_longest(path)} characters", param=path
        )
    return text


def _longest(path: str) -> int:
    """How long a text may be: 5,000 characters, evidence 20,000 as its own documentation says; a file has no end."""
    if path == "file":
        return sys.maxsize
    return LONGEST_EVIDENCE if path.startswith("evidence") else LONGEST


def _currency(text: str, *, path: str) -> str:
    currency = text.lower()
    if currency not in _KNOWN_CURRENCIES:
        raise invalid_parameter(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: {CURRENCIES}",
            param=path,
        )
    return currency


def check_metadata(given: dict[str, str], *, path: str) -> None:
    """Raises ApiError for too many keys, a key or a value that is too long. The words of the last two are assumed."""
    if len(given) > MOST_KEYS:
        raise invalid_parameter(
            f"Metadata can have up to {MOST_KEYS} keys, but you've set {len(given)}. Email us at "
            "support+metadata@stripe.com for more information.",
            param=path,
        )
    for key, value in given.items():
        if len(key) > LONGEST_KEY:
            raise invalid_parameter(
                f"Metadata keys can have up to {LONGEST_KEY} characters, but you passed in a key that is {len(key)} "
                f"characters. Invalid key: {key}",
                param=path,
            )
        if len(value) > LONGEST_VALUE:
            raise invalid_parameter(
                f"Metadata values can have up to {LONGEST_VALUE} characters, but you passed in a value that is "
                f"{len(value)} characters. Invalid value: {value}",
                param=path,
            )
