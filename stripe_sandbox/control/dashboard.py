"""Decides which controls play what a merchant does by hand in the dashboard and no API call of this version does."""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.engine import discounts
from stripe_sandbox.errors import ApiError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import render

Body = dict[str, Any]


def give_discount(sandbox: Sandbox, body: Body) -> Body:
    """A discount for all of a customer's invoices: `customer`, and `coupon` or `promotion_code`.

    Raises LookupError for an unknown customer and ValueError for what cannot be redeemed.
    """
    customer_id = str(body.get("customer"))
    account_id = sandbox.owner_of("customer", customer_id)
    if account_id is None:
        raise LookupError("no such customer")
    entry = {key: str(body[key]) for key in ("coupon", "promotion_code") if body.get(key)}
    try:
        with sandbox.unit(account_id) as unit:
            customer = unit.get("customer", customer_id)
            currency = customer["currency"]
            [wanted] = discounts.read(unit, [entry], path="discounts", customer_id=customer_id, currency=currency)
            return render(discounts.grant_to_customer(unit, customer, wanted))
    except ApiError as error:
        raise ValueError(error.message) from error


ACTIONS: dict[tuple[str, str], Callable[[Sandbox, Body], Any]] = {("POST", "discounts"): give_discount}
