"""How an API key is written and read, and when it still opens anything; it knows no rows and no request."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.errors import KeyExpired, KeyInvalid, KeyOfOtherEnvironment, KeyRevoked

_WRITTEN = re.compile(r"bk_(test|live)_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_MODES = {False: "test", True: "live"}
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
MOST_KEYS = 25
"""Keys in force of one organization and environment: more are a sign of a program that makes them by mistake."""


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key as its holder has it. `public_id` finds the row; only the hash of `secret` is kept."""

    livemode: bool
    public_id: str
    secret: str

    def __str__(self) -> str:
        return f"bk_{_MODES[self.livemode]}_{self.public_id}_{self.secret}"

    @property
    def secret_hash(self) -> str:
        """SHA-256 in hexadecimal: enough for 32 random bytes, which nobody can try one by one."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()


def new_key(*, livemode: bool) -> KeyText:
    """A key that nobody can guess: 32 random bytes, beside 6 that only name it."""
    return KeyText(livemode, secrets.token_hex(6), secrets.token_urlsafe(32))


def read_key(text: str, *, livemode: bool) -> KeyText:
    """The parts of a key. Raises KeyInvalid for what is none, KeyOfOtherEnvironment for one of the other mode."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise KeyInvalid()
    mode, public_id, secret = match.groups()
    if mode != _MODES[livemode]:
        raise KeyOfOtherEnvironment(
            f"This is a {mode} key, and this is the {_MODES[livemode]} environment. Please use a key of this one."
        )
    return KeyText(livemode, public_id, secret)


def require_in_force(*, revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> None:
    """Raise KeyRevoked or KeyExpired unless the key opens something at `now` (system time)."""
    if revoked_at is not None:
        raise KeyRevoked()
    if expires_at is not None and expires_at <= now:
        raise KeyExpired()


def is_use_to_note(last_used_at: datetime | None, *, now: datetime) -> bool:
    """Whether a use at `now` (system time) is written down: once a minute, so that reads stay reads."""
    return last_used_at is None or now - last_used_at >= _USE_IS_NOTED_EVERY


def end_of_old_key(*, expires_at: datetime | None, overlap: timedelta, now: datetime) -> datetime:
    """When a key that is rotated at `now` (system time) ends: after the overlap, and never later than it would."""
    end = now + overlap
    return end if expires_at is None else min(end, expires_at)


def expiry_of_new_key(*, created_at: datetime, expires_at: datetime | None, now: datetime) -> datetime | None:
    """A key that replaces another at `now` (system time) lives as long as that one was to live."""
    return None if expires_at is None else now + (expires_at - created_at)
