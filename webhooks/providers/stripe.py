"""Stripe's signature and envelope; it must not know what happens to an event.

The signature: https://docs.stripe.com/webhooks/signature (read 2026-11-20).
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from stripe import WebhookSignature

from webhooks.events import SignedEvent, Unsigned

TOLERANCE_SECONDS = 300
_HEADER = "Stripe-Signature"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
# A NUL or an over-long id would be refused by the database after we had said yes.
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,255}", re.ASCII)
# Thin events name parts of an object in brackets: v2.core.account[requirements].updated.
_TYPE = re.compile(r"[a-z0-9_.\[\]]{1,100}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9_.-]{1,40}", re.ASCII)
_LAST_SECOND = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class _Shapeless(Exception):
    """The signature is right, but this is not the envelope of an event."""


def verify(body: bytes, *, headers: Mapping[str, str], secrets: tuple[str, ...], now: datetime) -> float:
    """Raise Unsigned unless one of the secrets signed exactly these bytes within five minutes of `now`, either way.

    Returns by how many seconds our clock is ahead of the stamp.

    `now` is system time: Stripe stamps with wall time, wherever a sandbox's clock stands.
    """
    header = headers.get(_HEADER, "")
    if not header:
        raise Unsigned("no signature")
    stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not _TIMESTAMP.fullmatch(stamps[0]):
        raise Unsigned("no usable timestamp")
    # First the signature: only who holds the secret can make us doubt our clock.
    if not any(_is_signed(body, header=header, secret=secret) for secret in secrets):
        raise Unsigned("wrong signature")
    # Stripe's SDK refuses only what is too old.
    skew_seconds = int(now.timestamp()) - int(stamps[0])
    if abs(skew_seconds) > TOLERANCE_SECONDS:
        raise Unsigned("outside the tolerance", skew_seconds=skew_seconds)
    return float(skew_seconds)


def _is_signed(body: bytes, *, header: str, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(body, header, secret))
    except Exception:
        # The SDK raises more than its own error here (TypeError, UnicodeDecodeError). Whatever an unknown sender
        # makes it raise, the answer is no; the exception holds the whole body and is not kept.
        return False


def read(body: bytes) -> SignedEvent:
    """The envelope of a signed body. Never raises: what is no event gets a name of its own and a fault."""
    try:
        return _read_envelope(orjson.loads(body))
    except orjson.JSONDecodeError:
        fault = "The body is not JSON."
    except _Shapeless as error:
        fault = str(error)
    return SignedEvent(event_id=f"sha256:{hashlib.sha256(body).hexdigest()}", fault=fault)


def _read_envelope(event: Any) -> SignedEvent:
    if not isinstance(event, dict):
        raise _Shapeless("The body is not an object.")
    is_thin = event.get("object") == "v2.core.event"
    if not is_thin and event.get("object") != "event":
        raise _Shapeless("The body is not an event.")
    return SignedEvent(
        event_id=_matching(event.get("id"), _ID, name="id"),
        type=_matching(event.get("type"), _TYPE, name="type"),
        account=_optional(event.get("account"), _ID, name="account"),
        is_live=_flag(event.get("livemode")),
        api_version=_optional(event.get("api_version"), _VERSION, name="api_version"),
        object_id=_related_id(event) if is_thin else _object_id(event),
        created_at=_moment_in_words(event.get("created")) if is_thin else _moment(event.get("created")),
    )


def _object_id(event: dict[str, Any]) -> str:
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    if not isinstance(subject, dict):
        raise _Shapeless("The event holds no object.")
    # The invoice of `invoice.upcoming` does not exist yet and has no id.
    return _optional(subject.get("id"), _ID, name="object id")


def _related_id(event: dict[str, Any]) -> str:
    """The object that a thin event names; it holds nothing else of it."""
    related = event.get("related_object")
    return _optional(related.get("id"), _ID, name="object id") if isinstance(related, dict) else ""


def _optional(found: Any, pattern: re.Pattern[str], *, name: str) -> str:
    return "" if found is None else _matching(found, pattern, name=name)


def _matching(found: Any, pattern: re.Pattern[str], *, name: str) -> str:
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise _Shapeless(f"The event's {name} is missing or not valid.")
    return found


def _flag(found: Any) -> bool:
    if not isinstance(found, bool):
        raise _Shapeless("The event does not say whether it is live.")
    return found


def _moment(found: Any) -> datetime:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _LAST_SECOND:
        raise _Shapeless("The event's created is missing or not valid.")
    return datetime.fromtimestamp(found, tz=UTC)


def _moment_in_words(found: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(found)
    except (TypeError, ValueError):
        raise _Shapeless("The event's created is missing or not valid.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
