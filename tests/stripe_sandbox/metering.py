"""What tests of usage share: a meter, a metered price, usage that is reported and what is billed for it."""

from typing import Any

from tests.stripe_sandbox.driver import Driver


def meter(driver: Driver, event_name: str = "calls", *, formula: str = "sum", **more: Any) -> Any:
    """An active meter."""
    values = {"display_name": "Calls", "event_name": event_name, "default_aggregation": {"formula": formula}}
    return driver.sdk().billing.meters.create({**values, **more})


def use(driver: Driver, customer: Any, value: Any = 1, *, event_name: str = "calls", **more: Any) -> Any:
    """One meter event."""
    payload = {"stripe_customer_id": customer.id, "value": str(value)}
    return driver.sdk().billing.meter_events.create({"event_name": event_name, "payload": payload, **more})


def metered_price(driver: Driver, of: Any, *, each: str | None = "2", **more: Any) -> Any:
    """A monthly price of a meter's usage."""
    product = driver.sdk().products.create({"name": "Calls"})
    recurring = {"interval": "month", "usage_type": "metered", "meter": of.id}
    values = {"product": product.id, "currency": "usd", "recurring": recurring, **more}
    return driver.sdk().prices.create(values if each is None else {**values, "unit_amount_decimal": each})


def subscribe(driver: Driver, *prices: Any, **params: Any) -> tuple[Any, Any]:
    """A subscription to these prices, and its customer with a card."""
    customer = driver.customer()
    items = [{"price": price.id} for price in prices]
    return driver.sdk().subscriptions.create({"customer": customer.id, "items": items, **params}), customer


def invoices(driver: Driver, subscription: Any) -> list[Any]:
    """Oldest first."""
    return list(reversed(driver.sdk().invoices.list({"subscription": subscription.id}).data))


def billed(driver: Driver, subscription: Any) -> list[tuple[int, Any]]:
    """Amount and exact quantity of every line, oldest invoice first."""
    lines = [line for invoice in invoices(driver, subscription) for line in invoice.lines.data]
    return [(line.amount, float(line.quantity_decimal)) for line in lines]
