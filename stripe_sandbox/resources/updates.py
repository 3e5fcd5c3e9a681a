"""Decides how given parameters change an object: metadata is merged, None unsets, the rest is replaced."""

from typing import Any

from stripe_sandbox.errors import CONNECT_ONLY, for_platforms_only, not_built
from stripe_sandbox.store.unit import StripeObject
from stripe_sandbox.texts import check_metadata


def merge_metadata(current: dict[str, str], given: dict[str, str] | None) -> dict[str, str]:
    """Given keys replace, empty values remove, None (an emptied table) removes all. Raises ApiError past 50 keys."""
    if given is None:
        return {}
    merged = {key: value for key, value in {**current, **given}.items() if value != ""}
    check_metadata(merged, path="metadata")
    return merged


def take(thing: StripeObject, params: dict[str, Any], *keys: str) -> None:
    """Copy these keys from the parameters if they were given; metadata is merged."""
    for key in keys:
        if key in params:
            thing[key] = params[key]
    if "metadata" in params:
        thing["metadata"] = merge_metadata(thing.get("metadata") or {}, params["metadata"])


def take_into(table: dict[str, Any], given: dict[str, Any] | None) -> None:
    """Update a nested table by key, deeper tables likewise."""
    for key, value in (given or {}).items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            take_into(table[key], value)
        else:
            table[key] = value


def refuse(params: dict[str, Any], *names: str) -> None:
    """Raises ApiError for a parameter that Stripe acts on and this sandbox does not, unless it is empty or false."""
    for name in names:
        value = params.get(name)
        if value not in (None, False, [], {}):
            raise for_platforms_only(name, value) if name in CONNECT_ONLY else not_built(name)
