"""Decides what a planned fault makes of an answer: refused at once, old, gone, or with strangers in it."""

import json
from typing import Any

from stripe_sandbox.errors import ApiError, no_such
from stripe_sandbox.faults import Fault
from stripe_sandbox.store.unit import Unit, dump

UNKNOWN_STATUS = "sandbox_unknown_status"
UNKNOWN_KEY = "sandbox_unknown_key"


def server_error() -> ApiError:
    """The 500 that says nothing."""
    return ApiError("Sorry! There was an error while talking to Stripe.", status=500, type="api_error")


def too_many() -> tuple[ApiError, dict[str, str]]:
    """The 429 of an account that calls too often, as other people's logs of Stripe's test mode show it."""
    text = (
        "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn "
        "more about rate limits here https://stripe.com/docs/rate-limits."
    )
    return ApiError(text, status=429, code="rate_limit"), {"Stripe-Rate-Limited-Reason": "global-rate"}


def refusal(fault: Fault, *, path: str) -> tuple[ApiError, dict[str, str]] | None:
    """The error, with its headers, of a fault that strikes before anything happens; None for the other faults."""
    if fault.name == "http_500_before":
        return server_error(), {}
    if fault.name == "idempotency_in_flight":
        text = "There is currently another in-progress request using this Stripe-Idempotency-Key."
        return ApiError(text, status=409, code="idempotency_key_in_use"), {}
    if fault.name == "http_429" and fault.code == "lock_timeout":
        text = "This object cannot be accessed right now because another API request is accessing it."
        return ApiError(text, status=429, code="lock_timeout"), {}
    if fault.name == "http_429":
        return too_many()
    if fault.name == "missing":
        _, _, kind, *rest = path.split("/")
        return no_such(kind.removesuffix("s"), rest[-1] if rest else ""), {}
    return None


def spoil(unit: Unit, fault: Fault, body: str) -> str:
    """The answer to a GET as the fault leaves it."""
    if fault.name == "stale_read":
        return _earlier(unit, json.loads(body), back=fault.back)
    if fault.name == "extra_keys":
        return dump(_with_stranger(json.loads(body)))
    if fault.name == "unknown_enum":
        return dump(_with_unknown_status(json.loads(body)))
    return body


def _earlier(unit: Unit, thing: dict[str, Any], *, back: int) -> str:
    """The object as it was so many of its events ago, the first state at most; a list is left as it is."""
    rows = unit.connection.execute(
        "SELECT body FROM events WHERE account = ? AND object_id = ? ORDER BY seq DESC LIMIT ?",
        (unit.account_id, thing.get("id"), back + 1),
    ).fetchall()
    return dump(json.loads(rows[-1]["body"])["data"]["object"]) if rows else dump(thing)


def _with_stranger(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_stranger(one) for one in value]
    if not isinstance(value, dict):
        return value
    spoiled = {key: _with_stranger(one) for key, one in value.items()}
    return {**spoiled, UNKNOWN_KEY: {"is": "new"}} if "object" in value else spoiled


def _with_unknown_status(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_unknown_status(one) for one in value]
    if not isinstance(value, dict):
        return value
    spoiled = {key: _with_unknown_status(one) for key, one in value.items()}
    return {**spoiled, "status": UNKNOWN_STATUS} if isinstance(value.get("status"), str) else spoiled
