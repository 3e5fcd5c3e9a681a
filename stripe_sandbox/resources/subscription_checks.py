"""Decides which orders of a new subscription cannot be, whatever they cost."""

from typing import Any

from stripe_sandbox.errors import invalid, not_built


def check_distinct(price_ids: list[str]) -> None:
    """Raises ApiError for a price that is ordered twice."""
    for index, price_id in enumerate(price_ids):
        if price_id in price_ids[:index]:
            raise invalid(f"Cannot add multiple subscription items with the same plan: {price_id}", param="items")


def refuse_other_billing(params: dict[str, Any]) -> None:
    """Raises ApiError for a billing mode other than the flexible one, which is what every subscription here has."""
    mode = params.get("billing_mode") or {}
    details = mode.get("flexible") or {}
    if mode.get("type", "flexible") != "flexible" or details.get("proration_discounts", "included") != "included":
        raise not_built("billing_mode")
