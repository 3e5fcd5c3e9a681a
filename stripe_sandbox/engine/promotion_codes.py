"""Decides what a promotion code is and who may enter it; what it takes off is its coupon's matter.

Documented: restrictions, one active code per text and customer. Assumed: the wording of refusals.
"""

import string
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import coupons
from stripe_sandbox.engine.amounts import format_amount
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter, missing_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

CODE_LENGTH = 8
_LETTERS = string.ascii_uppercase + string.digits


def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A code for a coupon, made up if none is given, with its event. Raises ApiError when the text is taken."""
    name = params["promotion"].get("coupon")
    if not name:
        raise missing_parameter("promotion[coupon]")
    coupon = unit.get("coupon", name, param="promotion[coupon]", status=400)
    coupons.check_redeemable(coupon, currency=None, param="promotion[coupon]")
    if params.get("customer"):
        unit.get("customer", params["customer"], param="customer", status=400)
    if params.get("expires_at") is not None and params["expires_at"] <= unit.now:
        raise invalid_parameter("Invalid timestamp: must be in the future.", param="expires_at")
    code = params.get("code") or ids.random_text(CODE_LENGTH, alphabet=_LETTERS)
    _check_free(unit, code, customer=params.get("customer"))
    promotion = blank(
        "promotion_code",
        id=ids.new_id("promotion_code"),
        active=params.get("active", True),
        code=code,
        created=unit.now,
        promotion={"coupon": coupon["id"], "type": "coupon"},
        restrictions=_restrictions(params.get("restrictions") or {}),
    )
    for key in ("customer", "expires_at", "max_redemptions"):
        promotion[key] = params.get(key)
    promotion["metadata"] = {key: value for key, value in (params.get("metadata") or {}).items() if value != ""}
    unit.add(promotion)
    unit.emit("promotion_code.created", promotion)
    if promotion["expires_at"]:
        unit.schedule("promotion_code_expiry", promotion["id"], due_at=promotion["expires_at"])
    return promotion


def _restrictions(given: dict[str, Any]) -> dict[str, Any]:
    if given.get("minimum_amount") and not given.get("minimum_amount_currency"):
        raise missing_parameter("restrictions[minimum_amount_currency]")
    currency = given.get("minimum_amount_currency")
    return {
        "first_time_transaction": bool(given.get("first_time_transaction")),
        "minimum_amount": given.get("minimum_amount"),
        "minimum_amount_currency": currency.lower() if currency else None,
    }


def _check_free(unit: Unit, code: str, *, customer: str | None) -> None:
    for other in _active(unit, code):
        if other["customer"] in (None, customer) or customer is None:
            raise invalid(
                f"An active promotion code with `code: {code}` already exists.",
                param="code",
                code="resource_already_exists",
            )


def _active(unit: Unit, code: str) -> list[StripeObject]:
    where = "lower(json_extract(data, '$.code')) = lower(?) AND json_extract(data, '$.active') = 1"
    return unit.select("promotion_code", where=where, values=[code])


def find(unit: Unit, code: str, *, customer_id: str | None) -> StripeObject | None:
    """The active code with this text (capitals do not matter) that this customer may enter, or None."""
    found = [each for each in _active(unit, code) if each["customer"] in (None, customer_id)]
    return min(found, key=lambda each: each["customer"] is None, default=None)


def check_usable(
    unit: Unit,
    promotion: StripeObject,
    *,
    customer_id: str | None,
    amount_minor: int | None,
    currency: str | None,
    param: str,
) -> None:
    """Raises ApiError when the code is closed or its restrictions keep this customer or this sum out.

    `amount_minor` is the sum before discounts; None where no sum is known.
    """
    if not promotion["active"]:
        raise invalid("This promotion code is inactive.", param=param, code="coupon_expired")
    if promotion["customer"] not in (None, customer_id):
        raise invalid("This promotion code cannot be redeemed by the associated customer.", param=param)
    rules = promotion["restrictions"]
    if rules["first_time_transaction"] and customer_id is not None and _has_paid(unit, customer_id):
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.",
            param=param,
        )
    if rules["minimum_amount"] is None or amount_minor is None:
        return
    if rules["minimum_amount_currency"] != currency or amount_minor < rules["minimum_amount"]:
        least = format_amount(rules["minimum_amount"], currency=rules["minimum_amount_currency"])
        raise invalid(f"This promotion code needs an order of at least {least}.", param=param)


def _has_paid(unit: Unit, customer_id: str) -> bool:
    where = "customer = ? AND json_extract(data, '$.paid') = 1"
    return bool(unit.select("charge", where=where, values=[customer_id]))


def count_redemption(unit: Unit, promotion: StripeObject) -> None:
    """One more use; the last allowed one closes the code."""
    promotion["times_redeemed"] += 1
    most = promotion["max_redemptions"]
    if most is not None and promotion["times_redeemed"] >= most:
        promotion["active"] = False
    unit.emit("promotion_code.updated", promotion)


def change_activity(unit: Unit, promotion: StripeObject, *, is_active: bool) -> None:
    """Switch a code on or off. Raises ApiError for one that time or use has closed."""
    most, end = promotion["max_redemptions"], promotion["expires_at"]
    is_over = (end is not None and end <= unit.now) or (most is not None and promotion["times_redeemed"] >= most)
    if is_active and not promotion["active"]:
        if is_over:
            raise ApiError("This promotion code has expired or is used up and cannot be activated.", param="active")
        _check_free(unit, promotion["code"], customer=promotion["customer"])
    promotion["active"] = is_active


def expire_when_due(unit: Unit, promotion_id: str) -> None:
    """Timer: `expires_at` is here."""
    promotion = unit.get("promotion_code", promotion_id)
    if promotion["active"]:
        promotion["active"] = False
        unit.emit("promotion_code.updated", promotion)
