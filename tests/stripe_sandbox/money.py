"""What the tests of money that goes back share: a paid charge, entries and balances."""

from typing import Any

from tests.stripe_sandbox.driver import Driver

RETURN_URL = "http://127.0.0.1:9/back"


def pay(driver: Driver, *, amount: int = 4200, card: str = "pm_card_visa", **more: Any) -> Any:
    """A charge that was paid and settled, and what its card brings about has happened."""
    customer = driver.customer(card)
    method = customer.invoice_settings.default_payment_method
    values = {"amount": amount, "currency": "usd", "customer": customer.id, "payment_method": method}
    intent = driver.sdk().payment_intents.create({**values, "confirm": True, "return_url": RETURN_URL, **more})
    driver.advance("PT10S")
    return driver.sdk().charges.retrieve(intent.latest_charge)


def entries(driver: Driver, **params: Any) -> list[Any]:
    """Balance entries, oldest first."""
    return list(reversed(driver.sdk().balance_transactions.list({"limit": 100, **params}).data))


def balance_minor(driver: Driver, currency: str = "usd") -> int:
    """Available and pending money together."""
    balance = driver.sdk().balance.retrieve()
    return sum(part.amount for part in [*balance.available, *balance.pending] if part.currency == currency)
