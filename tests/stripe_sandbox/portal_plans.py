"""Plans that a portal offers to move between, and visits to it."""

from typing import Any

from tests.stripe_sandbox.driver import Driver

HOME = "http://127.0.0.1:9/billing"


def plans(driver: Driver) -> dict[str, Any]:
    """Two products: Small monthly and yearly, Large monthly."""
    small, large = (driver.sdk().products.create({"name": name, "unit_label": "seat"}) for name in ("Small", "Large"))

    def price(product: Any, amount: int, interval: str) -> Any:
        values = {"product": product.id, "currency": "usd", "unit_amount": amount}
        return driver.sdk().prices.create({**values, "recurring": {"interval": interval}})

    return {
        "small": price(small, 1000, "month"),
        "small_year": price(small, 10000, "year"),
        "large": price(large, 3000, "month"),
    }


def configure(driver: Driver, offered: dict[str, Any], **settings: Any) -> Any:
    bounds = {"enabled": True, "minimum": 1, "maximum": 5}
    products = [
        {
            "product": offered["small"].product,
            "prices": [offered["small"].id, offered["small_year"].id],
            "adjustable_quantity": bounds,
        },
        {"product": offered["large"].product, "prices": [offered["large"].id], "adjustable_quantity": bounds},
    ]
    update = {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity", "promotion_code"],
        "products": products,
        "proration_behavior": "always_invoice",
        **settings,
    }
    return driver.sdk().billing_portal.configurations.create({"features": {"subscription_update": update}})


def visit(driver: Driver, configuration: Any, customer: Any, **flow: Any) -> Any:
    params = {"customer": customer.id, "configuration": configuration.id, "return_url": HOME}
    return driver.sdk().billing_portal.sessions.create({**params, **({"flow_data": flow} if flow else {})})
