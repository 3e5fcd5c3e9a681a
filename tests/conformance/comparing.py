"""Decides when two answers are the same: all but ids, moments in themselves and random text."""

import re
from functools import cache
from typing import Any

import stripe

from tests.conformance.allowed import allowance_for
from tests.conformance.client import Reply
from tests.conformance.recordings import Exchange, is_moment

# Recorded calls took some seconds inside Stripe; all of one call happens at one moment here.
TOLERANCE_SECONDS = 6
YEAR_SECONDS = 31_556_952
_HEADERS = ("idempotency-key", "original-request", "request-id", "stripe-should-retry")
_ID = re.compile(r"^(?:[a-z]+_)+[A-Za-z0-9]{6,}$")
_LINK = re.compile(r"^(?:https?:/)?/\S*$")
# Random or the account's own: only whether there is a value is compared.
_OWN_TEXTS = frozenset(
    {
        "account_name",
        "authorization_code",
        "calculated_statement_descriptor",
        "client_secret",
        "fingerprint",
        "hosted_invoice_url",
        "id",
        "invoice_pdf",
        "invoice_prefix",
        "mac",
        "name_on_account",
        "network_transaction_id",
        "receipt_url",
        "request_log_url",
        "risk_score",
        "transaction_id",
        "url",
    }
)


class Comparison:
    """Compares answers of one story; learns which of our ids stands for which recorded one on the way."""

    def __init__(self, *, shift_seconds: int) -> None:
        self.ids: dict[str, str] = {}
        self.shift_seconds = shift_seconds
        self._shift_years = round(shift_seconds / YEAR_SECONDS)
        self._differences: list[str] = []
        self._allowed: list[str] = []

    def compare(self, exchange: Exchange, reply: Reply) -> tuple[list[str], list[str]]:
        """What differs, and what differs but is on the allow list."""
        self._differences, self._allowed = [], []
        if reply.status != exchange.status:
            self._differ("status", "", f"{exchange.status} expected, {reply.status}: {_message(reply.body)}")
            return self._differences, self._allowed
        self._headers(exchange, reply)
        if "error" in exchange.response:
            self._errors(exchange.response["error"], reply.body.get("error") or {})
        else:
            self._table(exchange.response, reply.body, kind=exchange.response.get("object", ""), path="")
        return self._differences, self._allowed

    def _differ(self, kind: str, path: str, reason: str) -> None:
        place = f"{kind}.{path}" if path else kind
        target = self._allowed if allowance_for(place) else self._differences
        target.append(f"{place}: {reason}")

    def _headers(self, exchange: Exchange, reply: Reply) -> None:
        for name in _HEADERS:
            if (name in exchange.headers) != (name in reply.headers):
                self._differ("header", name, f"recorded {exchange.headers.get(name)}, here {reply.headers.get(name)}")
        if exchange.headers.get("stripe-should-retry") != reply.headers.get("stripe-should-retry"):
            self._differ("header", "stripe-should-retry", "another value")

    def _errors(self, recorded: dict[str, Any], ours: dict[str, Any]) -> None:
        for key in ("type", "code", "decline_code", "param", "advice_code", "network_decline_code"):
            if recorded.get(key, "absent") != ours.get(key, "absent"):
                self._differ("error", key, f"{recorded.get(key, 'absent')} expected, {ours.get(key, 'absent')}")
        for key in recorded.keys() - ours.keys() - {"payment_method", "payment_intent", "setup_intent", "charge"}:
            self._differ("error", key, "missing")
        expected, found = (self._first_sentence(error.get("message", "")) for error in (recorded, ours))
        if expected != found:
            self._differ("error", "message", f"“{expected}” expected, “{found}”")

    def _first_sentence(self, text: str) -> str:
        for old, new in self.ids.items():
            text = text.replace(old, new)
        return re.split(r"(?<=[.;])\s", text)[0].rstrip(".")

    def _table(self, recorded: dict[str, Any], ours: dict[str, Any], *, kind: str, path: str) -> None:
        if "object" in recorded:
            if recorded["object"] != ours.get("object"):
                self._differ(kind, path, f"object {recorded['object']} expected, {ours.get('object')}")
                return
            if recorded["object"] != "list":
                kind, path = recorded["object"], ""
                self._extra_keys(recorded, ours, kind=kind)
        for key, value in recorded.items():
            place = f"{path}.{key}" if path else key
            if key not in ours:
                self._differ(kind, place, "missing")
            else:
                self._value(value, ours[key], kind=kind, path=place)

    def _extra_keys(self, recorded: dict[str, Any], ours: dict[str, Any], *, kind: str) -> None:
        known = _annotated(kind)
        if known is None:
            return
        for key in ours.keys() - recorded.keys() - known:
            self._differ(kind, key, "a key that neither Stripe's answer nor its SDK has")

    def _value(self, recorded: Any, ours: Any, *, kind: str, path: str) -> None:
        if recorded is None or ours is None:
            if recorded is not ours:
                self._differ(kind, path, f"{_short(recorded)} expected, {_short(ours)}")
        elif isinstance(recorded, dict) and isinstance(ours, dict):
            self._table(recorded, ours, kind=kind, path=path)
        elif isinstance(recorded, list) and isinstance(ours, list):
            if len(recorded) != len(ours):
                self._differ(kind, path, f"{len(recorded)} entries expected, {len(ours)}")
            for old, new in zip(recorded, ours, strict=False):
                self._value(old, new, kind=kind, path=f"{path}[]")
        elif type(recorded) is not type(ours):
            self._differ(kind, path, f"{_short(recorded)} expected, {_short(ours)}")
        elif isinstance(recorded, str):
            self._text(recorded, ours, kind=kind, path=path)
        elif isinstance(recorded, int) and not isinstance(recorded, bool) and is_moment(recorded):
            self._moment(recorded, ours, kind=kind, path=path)
        elif path.rpartition(".")[2] == "exp_year":
            if recorded + self._shift_years != ours:
                self._differ(kind, path, f"{recorded + self._shift_years} expected, {ours}")
        elif recorded != ours and path.rpartition(".")[2] not in _OWN_TEXTS:
            self._differ(kind, path, f"{recorded} expected, {ours}")

    def _text(self, recorded: str, ours: str, *, kind: str, path: str) -> None:
        key = path.rpartition(".")[2].removesuffix("[]")
        if _is_id(recorded, key):
            known = self.ids.setdefault(recorded, ours)
            if known != ours:
                self._differ(kind, path, f"names {ours}, where the same recorded id was {known} before")
        elif key == "number" and kind == "invoice":
            if recorded.rpartition("-")[2] != ours.rpartition("-")[2]:
                self._differ(kind, path, f"{recorded} expected, {ours}")
        elif key in _OWN_TEXTS or _LINK.match(recorded) or self._as_ours(recorded) == ours:
            return
        elif not self._is_same_day_text(recorded, ours) and not self._is_part_of_id(recorded, ours):
            self._differ(kind, path, f"“{recorded[:60]}” expected, “{ours[:60]}”")

    def _as_ours(self, text: str) -> str:
        for old, new in self.ids.items():
            text = text.replace(old, new)
        return text

    def _is_part_of_id(self, recorded: str, ours: str) -> bool:
        return any(
            old.startswith(recorded) and new.startswith(ours) for old, new in self.ids.items() if _ID.match(old)
        )

    @staticmethod
    def _is_same_day_text(recorded: str, ours: str) -> bool:
        """Texts that name a date: the replay happens in another year."""
        return re.sub(r"\b20\d\d\b", "", recorded) == re.sub(r"\b20\d\d\b", "", ours)

    def _moment(self, recorded: int, ours: int, *, kind: str, path: str) -> None:
        if kind in {"price", "plan", "product", "account"} or path in {"available_on"}:
            return  # Older than the story, or the account's own payout calendar.
        if abs(recorded + self.shift_seconds - ours) > TOLERANCE_SECONDS:
            late = ours - recorded - self.shift_seconds
            self._differ(kind, path, f"{late:+d} s off")


def _is_id(text: str, key: str) -> bool:
    return key == "id" or bool(
        _ID.match(text) and any(mark.isdigit() for mark in text) and any(map(str.isupper, text))
    )


def _short(value: Any) -> str:
    return "null" if value is None else f"{value}"[:60]


def _message(body: dict[str, Any]) -> str:
    error = body.get("error") or {}
    return str(error.get("message", "no error"))[:140]


@cache
def _annotated(kind: str) -> frozenset[str] | None:
    """The keys that the SDK knows for this kind of object; None for one that it has no class for."""
    from stripe._object_classes import get_object_class  # The SDK's own table; it has no public name.

    found = get_object_class("V1", kind)
    if found is stripe.StripeObject:
        return None
    return frozenset(name for base in found.__mro__ for name in base.__dict__.get("__annotations__", {}))
