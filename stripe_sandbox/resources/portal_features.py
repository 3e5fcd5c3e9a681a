"""Decides which features a portal configuration may have, above all which plans its customers may move to.

Documented: at most ten products, at most one price each interval and product, what an update may touch. Assumed: the
wording of refusals, and that switching needs both `products` and `default_allowed_updates`.
"""

from typing import Any

from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.resources.item_params import recurring_price
from stripe_sandbox.resources.updates import refuse, take_into
from stripe_sandbox.store.unit import StripeObject, Unit

SWITCH = "features[subscription_update]"
MOST_PRODUCTS = 10


def take_features(unit: Unit, configuration: StripeObject, given: dict[str, Any]) -> None:
    """Change the features named in the parameters. Raises ApiError for plans that cannot be moved to."""
    refuse(given.get("payment_method_update") or {}, "payment_method_configuration")
    reasons = (given.get("subscription_cancel") or {}).get("cancellation_reason") or {}
    refuse(reasons, "feedback_options")
    switch = dict(given.get("subscription_update") or {})
    if "products" in switch:
        configuration["_products"] = _products(unit, switch.pop("products") or [])
    if "default_allowed_updates" in switch:
        switch["default_allowed_updates"] = switch["default_allowed_updates"] or []
    if "schedule_at_period_end" in switch:
        conditions = (switch["schedule_at_period_end"] or {}).get("conditions") or []
        switch["schedule_at_period_end"] = {"conditions": conditions}
    take_into(configuration["features"], {**given, "subscription_update": switch})
    wanted = configuration["features"]["subscription_update"]
    if wanted["enabled"]:
        for key, value in (
            ("default_allowed_updates", wanted["default_allowed_updates"]),
            ("products", configuration.get("_products")),
        ):
            if not value:
                raise missing_parameter(f"{SWITCH}[{key}]")


def _products(unit: Unit, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > MOST_PRODUCTS:
        raise invalid_parameter(
            f"Array products exceeded maximum {MOST_PRODUCTS} allowed elements.", param=f"{SWITCH}[products]"
        )
    return [_product(unit, entry, path=f"{SWITCH}[products][{index}]") for index, entry in enumerate(given)]


def _product(unit: Unit, entry: dict[str, Any], *, path: str) -> dict[str, Any]:
    product = unit.get("product", entry["product"], param=f"{path}[product]", status=400)
    rhythms = set()
    for index, name in enumerate(entry["prices"]):
        param = f"{path}[prices][{index}]"
        price = recurring_price(unit, name, param=param)
        if price["product"] != product["id"]:
            raise invalid_parameter(f"The price `{name}` does not belong to `{product['id']}`.", param=param)
        rhythm = (price["recurring"]["interval"], price["recurring"]["interval_count"], price["currency"])
        if rhythm in rhythms:
            raise invalid_parameter(
                f"The prices of `{product['id']}` must have unique billing intervals.", param=param
            )
        rhythms.add(rhythm)
    return {
        "adjustable_quantity": _range(entry.get("adjustable_quantity") or {}, path=path),
        "prices": list(entry["prices"]),
        "product": product["id"],
    }


def _range(given: dict[str, Any], *, path: str) -> dict[str, Any]:
    least, most = given.get("minimum"), given.get("maximum")
    found = {"enabled": bool(given.get("enabled")), "maximum": most, "minimum": 1 if least is None else least}
    if most is not None and most < (least or 1):
        raise invalid_parameter(
            "The maximum must not be less than the minimum.", param=f"{path}[adjustable_quantity][maximum]"
        )
    return found
