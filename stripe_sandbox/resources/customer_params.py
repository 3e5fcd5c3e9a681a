"""Decides what the parameters of a customer put into it, and which of them cannot be."""

import re
from typing import Any

from stripe_sandbox.engine import cash_balances, customer_balance, payment_methods
from stripe_sandbox.errors import invalid_parameter
from stripe_sandbox.resources.updates import refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit

PLAIN = ("description", "email", "name", "phone", "preferred_locales", "tax_exempt")
# Shown on customers that were given them only.
LATE = ("business_name", "individual_name")
NOT_BUILT = ("source", "default_source", "tax", "validate")
ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
DEFAULT_CARD = "invoice_settings[default_payment_method]"
_PREFIX = re.compile(r"[A-Z0-9]{3,12}")


def given_values(params: dict[str, Any]) -> dict[str, Any]:
    """The values for the customer's own keys, checked and in Stripe's shape; keys that were not given are left out.

    Raises ApiError for a numbering of invoices that cannot be.
    """
    refuse(params, *NOT_BUILT)
    _check(params)
    values = {key: params[key] for key in (*PLAIN, *LATE) if key in params}
    if "address" in params:
        values["address"] = _address(params["address"]) if params["address"] else None
    if "shipping" in params:
        values["shipping"] = _shipping(params["shipping"])
    for key in ("invoice_prefix", "next_invoice_sequence"):
        if params.get(key) is not None:
            values[key] = params[key]
    if values.get("tax_exempt", "") is None:
        values["tax_exempt"] = "none"
    if values.get("preferred_locales", "") is None:
        values["preferred_locales"] = []
    return values


def _check(params: dict[str, Any]) -> None:
    """That the words of these refusals are Stripe's is assumed."""
    prefix, sequence = params.get("invoice_prefix"), params.get("next_invoice_sequence")
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise invalid_parameter(
            "The invoice prefix must be 3 to 12 uppercase letters or numbers.", param="invoice_prefix"
        )
    if sequence is not None and sequence < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param="next_invoice_sequence",
            code="parameter_invalid_integer",
        )


def _address(given: dict[str, Any]) -> dict[str, Any]:
    return {key: given.get(key) for key in ADDRESS}


def _shipping(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    return {"address": _address(given.get("address") or {}), "name": given.get("name"), "phone": given.get("phone")}


def fill(unit: Unit, customer: StripeObject, params: dict[str, Any]) -> None:
    """Change an existing customer. The caller emits the event."""
    customer.update(given_values(params))
    take(customer, params)
    if params.get("balance") is not None and params["balance"] != customer["balance"]:
        customer_balance.change(unit, customer, amount=params["balance"] - customer["balance"])
    cash_balances.change_settings(customer, (params.get("cash_balance") or {}).get("settings"))
    fill_invoice_settings(unit, customer, params.get("invoice_settings") or {})


def fill_invoice_settings(unit: Unit, customer: StripeObject, settings: dict[str, Any]) -> None:
    """Take over what stands on invoices. Raises ApiError 400 for a card that is not this customer's."""
    name = settings.get("default_payment_method")
    if name:
        method = unit.get("payment_method", name, param=DEFAULT_CARD, status=400)
        if method["customer"] != customer["id"]:
            raise payment_methods.not_attached(method, param=DEFAULT_CARD)
    customer["invoice_settings"].update(settings)
