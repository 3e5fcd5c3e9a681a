"""Decides what a repeated idempotency key gets: the first answer, or a refusal."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl

from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import Unit

HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Stored:
    """The answer kept under a key."""

    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, *, form: str) -> str:
    """What must be equal for two calls to be the same call."""
    pairs = sorted(parse_qsl(form, keep_blank_values=True))
    return hashlib.sha256(repr((method, path, pairs)).encode()).hexdigest()


class InFlight:
    """The keys whose first execution still runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def claim(self, account_id: str, key: str | None) -> Iterator[None]:
        """Hold the key for this block. Raises ApiError 409 when another call holds it."""
        if key is None:
            yield
            return
        pair = (account_id, key)
        with self._lock:
            if pair in self._keys:
                raise ApiError(
                    "There is currently another in-progress request using this Stripe-Idempotency-Key (that "
                    "probably means you submitted twice, and the other request is still going through): "
                    f"{key}. Please try again later.",
                    status=409,
                    code="idempotency_key_in_use",
                )
            self._keys.add(pair)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(pair)


def recall(unit: Unit, key: str, *, mark: str) -> Stored | None:
    """The stored answer of this key, if it is young enough. Raises ApiError 400 for another call's key."""
    row = unit.connection.execute(
        "SELECT * FROM idempotency WHERE account = ? AND key = ?", (unit.account_id, key)
    ).fetchone()
    longest = float(unit.settings["idempotency_hours"]) * HOUR_SECONDS
    if row is None or time.time() - row["created_wall"] > longest:
        return None
    if row["fingerprint"] != mark:
        raise ApiError(
            "Keys for idempotent requests can only be used for the same endpoint and with the same parameters "
            f"they were first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            type="idempotency_error",
        )
    return Stored(status=row["status"], body=row["body"], request_id=row["request_id"])


def remember(unit: Unit, key: str, *, mark: str, stored: Stored) -> None:
    """Keep the answer in the same transaction as the change that it reports."""
    unit.connection.execute(
        "INSERT OR REPLACE INTO idempotency (account, key, fingerprint, status, body, request_id, created_wall)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (unit.account_id, key, mark, stored.status, stored.body, stored.request_id, time.time()),
    )


def forget(unit: Unit, key: str) -> None:
    """Drop the stored answer, as Stripe does after a day; the next call with this key executes anew."""
    unit.connection.execute("DELETE FROM idempotency WHERE account = ? AND key = ?", (unit.account_id, key))
