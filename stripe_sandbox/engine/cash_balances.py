"""Decides what a customer's cash balance says: no bank transfer reaches the sandbox, so it never holds money."""

from typing import Any

from stripe_sandbox.store.unit import StripeObject

MERCHANT_DEFAULT = "merchant_default"
_DEFAULT_MODE = "automatic"


def of_customer(customer: StripeObject) -> dict[str, Any]:
    """The balance as Stripe shows it; `available` is null where there never was any."""
    mode = customer.get("_reconciliation_mode")
    return {
        "object": "cash_balance",
        "available": None,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": mode or _DEFAULT_MODE, "using_merchant_default": mode is None},
    }


def change_settings(customer: StripeObject, given: dict[str, Any] | None) -> None:
    """Take over how incoming money is matched; `merchant_default` goes back to the account's way."""
    mode = (given or {}).get("reconciliation_mode")
    if mode == MERCHANT_DEFAULT:
        customer.pop("_reconciliation_mode", None)
    elif mode is not None:
        customer["_reconciliation_mode"] = mode
