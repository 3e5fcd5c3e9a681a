"""Decides which switches there are, what each may be and what it is at first; knows nothing of what they switch."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine.refunds import FAILURE_REASONS

HOUR_SECONDS = 3600
LONGEST_SECONDS = 366 * 24 * HOUR_SECONDS
MOST_TRIES = 30
# Stripe names three tries over a few hours in test mode, and three days with growing pauses in live mode; the single
# steps are assumed.
WEBHOOK_PROFILES = {"test": [300, 10800], "live": [HOUR_SECONDS * 2**step for step in range(6)]}


@dataclass(frozen=True)
class Switch:
    """One setting: its first value, what it means in words, and the check that gives back the value to keep."""

    default: Any
    meaning: str
    checked: Callable[[Any], Any]


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _word(*words: str) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return value

    return checked


def _number(*, most: float, least: float = 0, is_whole: bool = False) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most or (is_whole and value != int(value)):
            raise ValueError(f"a {'whole ' if is_whole else ''}number from {least:g} to {most:g}")
        return int(value) if is_whole else value

    return checked


def _pauses(value: Any) -> list[float]:
    if isinstance(value, str) and value in WEBHOOK_PROFILES:
        return list(WEBHOOK_PROFILES[value])
    each = _number(least=0, most=LONGEST_SECONDS)
    if not isinstance(value, list) or len(value) > MOST_TRIES:
        raise ValueError(f"test, live, or a list of at most {MOST_TRIES} numbers of seconds")
    return [each(seconds) for seconds in value]


def _retries(value: Any) -> str:
    kind, _, days = value.partition(":") if isinstance(value, str) else ("", "", "")
    waits = days.split(",")
    is_plan = kind == "fixed" and len(waits) <= MOST_TRIES and all(_is_small(day, most=365) for day in waits)
    if value != "off" and not is_plan:
        raise ValueError('"off", or "fixed:3,5,7" with the days between the tries')
    return str(value)


def _refunds(value: Any) -> str:
    parts = value.split(":") if isinstance(value, str) else [""]
    outcomes = (["succeeded"], ["canceled"], ["failed"], *(["failed", reason] for reason in FAILURE_REASONS))
    is_waiting = (
        parts[0] == "pending"
        and len(parts) > 1
        and _is_small(parts[1], most=525_600)
        and parts[2:] in ([], *outcomes)
    )
    if value not in ("instant", "requires_action") and not is_waiting:
        raise ValueError(
            '"instant", "requires_action" or "pending:60:succeeded" with minutes and outcome: succeeded, canceled, '
            f"failed or failed:<reason>; reasons: {', '.join(FAILURE_REASONS)}"
        )
    return str(value)


def _is_small(text: str, *, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most


SWITCHES: dict[str, Switch] = {
    "retries": Switch("off", "Own tries for a failed renewal: off, or fixed: and the days between them", _retries),
    "after_retries": Switch(
        "leave", "What becomes of a subscription after the last try", _word("leave", "cancel", "unpaid")
    ),
    "pay_requires_action": Switch(
        "error",
        "What paying an invoice by the API answers when its customer has to act: an error, or the open invoice",
        _word("error", "invoice"),
    ),
    "upcoming_days": Switch(
        7, "Days from the announcement of an invoice to its renewal", _number(most=365, is_whole=True)
    ),
    "will_be_due_days": Switch(
        0, "Days from the notice of an open invoice to its due date; 0 is no notice", _number(most=365, is_whole=True)
    ),
    "refunds": Switch(
        "instant",
        "How refunds go: instant, requires_action, pending:60:succeeded, pending:60:failed:declined",
        _refunds,
    ),
    "dispute_fee_returned": Switch(True, "A won dispute brings its fee back", _truth),
    "allow_resubmit": Switch(False, "Evidence can be handed in a second time", _truth),
    "webhook_timeout_seconds": Switch(10, "Seconds that a webhook's receiver has", _number(least=0.05, most=600)),
    "webhook_retry_seconds": Switch(
        WEBHOOK_PROFILES["test"], "Pauses between the tries of a webhook, or the profile test or live", _pauses
    ),
    "retry_wall_seconds": Switch(
        [], "The same pauses in system time, for when billing time is frozen; none: they wait for the clock", _pauses
    ),
    "strict_version": Switch(True, "Only the pinned API version is answered", _truth),
    "idempotency_hours": Switch(24, "Hours of system time that an idempotency key lives", _number(most=8784)),
    "slow_clock": Switch(0, "Seconds of system time that a test clock stays advancing", _number(most=HOUR_SECONDS)),
    "search_lag": Switch(
        0, "Seconds of billing time until search finds a new object", _number(most=HOUR_SECONDS, is_whole=True)
    ),
    "strict_clock_limits": Switch(False, "At most three customers a test clock, three subscriptions each", _truth),
    "requests_per_second": Switch(
        0, "Calls that each account may make in a second; more are answered 429; 0 is no limit", _number(most=100_000)
    ),
}


def defaults() -> dict[str, Any]:
    """The switches as they are after a start without state; a copy."""
    return {name: json.loads(json.dumps(switch.default)) for name, switch in SWITCHES.items()}


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values to keep. Raises ValueError that names the first switch which is unknown or cannot be so."""
    kept = {}
    for name, value in values.items():
        if name not in SWITCHES:
            raise ValueError(f"unknown setting {name}; known: {', '.join(SWITCHES)}")
        try:
            kept[name] = SWITCHES[name].checked(value)
        except ValueError as error:
            raise ValueError(f"{name} is {error}") from None
    return kept
