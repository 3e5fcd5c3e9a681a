"""How a key is written and read, and when it holds; no row and no request."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.errors import BillingError, KeyExpired, KeyInvalid, KeyOfOtherEnvironment, KeyRevoked
from billing.rules.api_key import (
    end_of_old_key,
    expiry_of_new_key,
    is_use_to_note,
    new_key,
    read_key,
    require_in_force,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("livemode", "prefix"), [(False, "bk_test_"), (True, "bk_live_")])
def test_a_key_is_read_as_it_was_written(livemode: bool, prefix: str) -> None:
    key = new_key(livemode=livemode)

    assert str(key).startswith(prefix)
    assert read_key(str(key), livemode=livemode) == key
    assert key.secret not in key.secret_hash


def test_keys_differ() -> None:
    keys = [new_key(livemode=False) for _ in range(100)]

    assert len({key.secret for key in keys}) == len({key.public_id for key in keys}) == 100


@pytest.mark.parametrize("livemode", [False, True])
def test_a_key_of_the_other_environment_is_told_so(livemode: bool) -> None:
    with pytest.raises(KeyOfOtherEnvironment, match="This is a (test|live) key, and this is the (live|test)"):
        read_key(str(new_key(livemode=not livemode)), livemode=livemode)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text + "\n",
        lambda text: text.upper(),
        lambda text: text.replace("bk_", "sk_"),
        lambda text: f" {text}",
        lambda text: text[:-1] + "é",
        lambda text: text[:-1] + "\0",
    ],
)
def test_anything_else_is_no_key(change) -> None:
    with pytest.raises(KeyInvalid):
        read_key(change(str(new_key(livemode=False))), livemode=False)


@pytest.mark.parametrize(
    ("revoked_at", "expires_at", "error"),
    [
        (None, None, None),
        (None, NOW + DAY, None),
        (None, NOW, KeyExpired),
        (NOW - DAY, None, KeyRevoked),
        (NOW - DAY, NOW - DAY, KeyRevoked),
    ],
)
def test_a_key_holds_until_it_ends(revoked_at, expires_at, error: type[BillingError] | None) -> None:
    found = None
    try:
        require_in_force(revoked_at=revoked_at, expires_at=expires_at, now=NOW)
    except BillingError as raised:
        found = type(raised)

    assert found is error


@pytest.mark.parametrize(("seconds", "is_noted"), [(None, True), (59, False), (60, True)])
def test_a_use_is_noted_once_a_minute(seconds: int | None, is_noted: bool) -> None:
    last_used_at = None if seconds is None else NOW - timedelta(seconds=seconds)

    assert is_use_to_note(last_used_at, now=NOW) is is_noted


@pytest.mark.parametrize(
    ("expires_at", "overlap", "end"),
    [(None, DAY, NOW + DAY), (NOW + 9 * DAY, DAY, NOW + DAY), (NOW + DAY, 7 * DAY, NOW + DAY), (None, 0 * DAY, NOW)],
)
def test_a_rotated_key_never_holds_longer_than_it_would(expires_at, overlap: timedelta, end: datetime) -> None:
    assert end_of_old_key(expires_at=expires_at, overlap=overlap, now=NOW) == end


@pytest.mark.parametrize(("expires_at", "expected"), [(None, None), (NOW + 20 * DAY, NOW + 30 * DAY)])
def test_its_successor_lives_as_long_as_it_was_to_live(expires_at, expected) -> None:
    assert expiry_of_new_key(created_at=NOW - 10 * DAY, expires_at=expires_at, now=NOW) == expected
