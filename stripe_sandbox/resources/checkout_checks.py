"""Decides which parameters of a checkout session go together."""

from typing import Any

from stripe_sandbox.engine import checkout
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.store.unit import StripeObject, Unit

SUBSCRIPTION_DATA = {
    "default_tax_rates",
    "metadata",
    "description",
    "trial_period_days",
    "trial_end",
    "trial_settings",
}
HOSTED = (None, "hosted", "hosted_page")


def check(unit: Unit, params: dict[str, Any], mode: str | None) -> None:
    """Raises ApiError for parameters that do not go together, or that the mode does not take."""
    if mode is None:
        raise missing_parameter("mode")
    if params.get("ui_mode") in HOSTED and not params.get("success_url"):
        raise missing_parameter("success_url")
    if params.get("customer"):
        customer = unit.get("customer", params["customer"], param="customer", status=400)
        if params.get("customer_email"):
            raise ApiError("You may only specify one of these parameters: customer, customer_email.")
        _check_currency(customer, params)
    _check_customer_update(unit, params)
    if params.get("discounts") and params.get("allow_promotion_codes") is not None:
        raise ApiError("You may only specify one of these parameters: allow_promotion_codes, discounts.")
    if mode == "setup" and params.get("discounts"):
        raise ApiError("You can not pass `discounts` in `setup` mode.", param="discounts")
    if len(params.get("discounts") or []) > 1:
        raise invalid_parameter("Array discounts exceeded maximum 1 allowed elements.", param="discounts")
    if mode == "setup" and params.get("line_items"):
        raise ApiError("You can not pass `line_items` in `setup` mode.", param="line_items")
    if mode == "setup" and not params.get("currency") and not params.get("payment_method_types"):
        raise missing_parameter("currency")
    if mode != "subscription" and params.get("subscription_data"):
        raise ApiError("You can not pass `subscription_data` in this mode.", param="subscription_data")
    if mode != "payment" and params.get("payment_intent_data"):
        raise ApiError("You can not pass `payment_intent_data` in this mode.", param="payment_intent_data")
    unknown = set(params.get("subscription_data") or {}) - SUBSCRIPTION_DATA
    if unknown:
        raise not_built(f"subscription_data[{min(unknown)}]")
    end = (params.get("subscription_data") or {}).get("trial_end")
    if end is not None and end < unit.now + 2 * checkout.LIFETIME_SECONDS:
        raise invalid_parameter(
            "The `trial_end` date has to be at least 2 days in the future.", param="subscription_data[trial_end]"
        )


def _check_customer_update(unit: Unit, params: dict[str, Any]) -> None:
    """What may be collected on the page must be allowed to change a customer who exists already."""
    update = params.get("customer_update") or {}
    if not params.get("customer"):
        if update:
            raise ApiError("`customer_update` can only be used with `customer`.", param="customer_update")
        return
    if (params.get("tax_id_collection") or {}).get("enabled") and update.get("name") != "auto":
        raise ApiError(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`."
        )
    has_address = (unit.get("customer", params["customer"])["address"] or {}).get("country")
    is_taxed = (params.get("automatic_tax") or {}).get("enabled")
    if is_taxed and not has_address and update.get("address") != "auto":
        raise ApiError(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to "
            "the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to "
            "'auto' to save the address entered in Checkout to the Customer.",
            code="customer_tax_location_invalid",
        )


def _check_currency(customer: StripeObject, params: dict[str, Any]) -> None:
    if params.get("currency") and customer["currency"] not in (None, params["currency"]):
        raise ApiError(
            "You cannot combine currencies on a single customer. This customer has a currency of "
            f"{customer['currency']}.",
            param="currency",
        )


def expiry(unit: Unit, moment: int | None) -> int | None:
    """The moment asked for. Raises ApiError outside 30 minutes to 24 hours from now; None stays None."""
    if moment is None:
        return None
    if not checkout.SHORTEST_SECONDS <= moment - unit.now <= checkout.LIFETIME_SECONDS:
        raise invalid_parameter(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session "
            "creation.",
            param="expires_at",
        )
    return moment
