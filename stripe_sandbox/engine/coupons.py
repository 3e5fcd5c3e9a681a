"""Decides what coupons and promotion codes are and whether they can still be redeemed; knows no invoice.

Documented: the fields, their limits and defaults. Assumed: the wording of refusals.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import ApiError, invalid, invalid_parameter, missing_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

COUPON_ID_LENGTH = 8


def number(text: str) -> float | int:
    """A percentage as JSON shows it: 25 or 25.5. It is turned into Decimal wherever it is reckoned with."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A coupon from Stripe's parameters, with its event. Raises ApiError for a combination that cannot be."""
    _check(unit, params)
    coupon_id = params.get("id") or ids.random_text(COUPON_ID_LENGTH)
    taken = unit.find("coupon", coupon_id)
    if taken is not None and not taken.get("_is_deleted"):
        raise invalid("Coupon already exists.", param="id", code="resource_already_exists")
    percent = params.get("percent_off")
    coupon = blank(
        "coupon",
        id=coupon_id,
        amount_off=params.get("amount_off"),
        currency=params["currency"].lower() if params.get("amount_off") else None,
        percent_off=None if percent is None else number(percent),
        duration=params.get("duration") or "once",
        created=unit.now,
    )
    for key in ("duration_in_months", "max_redemptions", "name", "redeem_by"):
        coupon[key] = params.get(key)
    coupon["metadata"] = {key: value for key, value in (params.get("metadata") or {}).items() if value != ""}
    if params.get("applies_to"):
        coupon["_products"] = params["applies_to"].get("products") or []
    add_currencies(coupon, params.get("currency_options"))
    unit.add(coupon)
    unit.emit("coupon.created", coupon)
    if coupon["redeem_by"]:
        unit.schedule("coupon_expiry", coupon["id"], due_at=coupon["redeem_by"])
    return coupon


def add_currencies(coupon: StripeObject, options: dict[str, dict[str, int]] | None) -> None:
    """What the coupon takes off in further currencies, in minor units; earlier figures stay."""
    given = {currency.lower(): option["amount_off"] for currency, option in (options or {}).items()}
    if given:
        coupon["_currency_options"] = {**coupon.get("_currency_options", {}), **given}


def _check(unit: Unit, params: dict[str, Any]) -> None:
    amount, percent = params.get("amount_off"), params.get("percent_off")
    if amount is None and percent is None:
        raise ApiError("Must provide percent_off or amount_off.")
    if amount is not None and percent is not None:
        raise ApiError("You may only specify one of these parameters: amount_off, percent_off.")
    if amount is not None and amount < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.", param="amount_off", code="parameter_invalid_integer"
        )
    if amount is not None and not params.get("currency"):
        raise missing_parameter("currency")
    if percent is not None and not 0 < Decimal(percent) <= 100:
        raise invalid_parameter("Invalid percent_off: must be greater than 0 and at most 100.", param="percent_off")
    _check_span(unit, params)
    for index, product in enumerate((params.get("applies_to") or {}).get("products") or []):
        unit.get("product", product, param=f"applies_to[products][{index}]", status=400)


def _check_span(unit: Unit, params: dict[str, Any]) -> None:
    months = params.get("duration_in_months")
    if params.get("duration") == "repeating" and not months:
        raise missing_parameter("duration_in_months")
    if params.get("duration") != "repeating" and months is not None:
        raise invalid_parameter(
            "`duration_in_months` can only be set when `duration` is `repeating`.", param="duration_in_months"
        )
    for key in ("duration_in_months", "max_redemptions"):
        if params.get(key) is not None and params[key] < 1:
            raise invalid_parameter(
                "This value must be greater than or equal to 1.", param=key, code="parameter_invalid_integer"
            )
    if params.get("redeem_by") is not None and params["redeem_by"] <= unit.now:
        raise invalid_parameter(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="redeem_by"
        )


def delete(unit: Unit, coupon: StripeObject) -> StripeObject:
    """Nobody can redeem it any more; discounts that exist stay."""
    coupon["valid"] = False
    unit.unschedule("coupon_expiry", coupon["id"])
    unit.emit("coupon.deleted", coupon)
    coupon["_is_deleted"] = True
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


def amount_off_minor(coupon: StripeObject, *, currency: str) -> int | None:
    """What it takes off in this currency, None when it has no amount in it (or takes a percentage)."""
    if coupon["amount_off"] is not None and coupon["currency"] == currency:
        return int(coupon["amount_off"])
    amount: int | None = coupon.get("_currency_options", {}).get(currency)
    return amount


def check_redeemable(coupon: StripeObject, *, currency: str | None, param: str) -> None:
    """Raises ApiError for a coupon that is used up, too old, or has no amount in the currency."""
    if not coupon["valid"]:
        raise invalid(f"Coupon expired: {coupon['id']}", param=param, code="coupon_expired")
    if currency is None or coupon["percent_off"] is not None:
        return
    if amount_off_minor(coupon, currency=currency) is None:
        raise invalid(
            f"The coupon `{coupon['id']}` has an amount in {coupon['currency']} and none in {currency}.",
            param=param,
        )


def count_redemption(unit: Unit, coupon: StripeObject) -> None:
    """One more use; the last allowed one closes the coupon."""
    coupon["times_redeemed"] += 1
    if coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]:
        coupon["valid"] = False
    unit.emit("coupon.updated", coupon)


def expire_when_due(unit: Unit, coupon_id: str) -> None:
    """Timer: `redeem_by` is here."""
    coupon = unit.find("coupon", coupon_id)
    if coupon is not None and coupon["valid"]:
        coupon["valid"] = False
        unit.emit("coupon.updated", coupon)
