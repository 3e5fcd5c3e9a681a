"""What a test does in the shop's place: calls of the Stripe API over HTTP, with the form encoding of the SDK."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

KEY = "sk_test_sandbox"
MONTHLY_MINOR = 1600
ALL_FEATURES = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "enabled": True,
        "mode": "at_period_end",
        "cancellation_reason": {"enabled": True, "options": ["too_expensive", "unused", "other"]},
    },
}


def encoded(params: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Flatten nested parameters into Stripe's bracket notation."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, list):
            pairs += encoded({str(index): item for index, item in enumerate(value)}, key)
        elif isinstance(value, dict):
            pairs += encoded(value, key)
        else:
            pairs.append((key, str(value).lower() if isinstance(value, bool) else str(value)))
    return pairs


@dataclass(frozen=True)
class Shop:
    """A merchant with one product, who sends visitors to the hosted pages and back to ``home``."""

    url: str
    home: str

    def call(self, method: str, path: str, **params: Any) -> Any:
        query = urllib.parse.urlencode(encoded(params))
        address = f"{self.url}/v1/{path}"
        request = urllib.request.Request(
            f"{address}?{query}" if method == "GET" and query else address,
            method=method,
            data=query.encode() if method == "POST" else None,
            headers={"Authorization": f"Bearer {KEY}", "Stripe-Version": "2026-05-27.dahlia"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def price(self) -> str:
        product = self.call("POST", "products", name="Growth")
        recurring = {"interval": "month"}
        return self.call(
            "POST", "prices", product=product["id"], currency="eur", unit_amount=MONTHLY_MINOR, recurring=recurring
        )["id"]

    def customer(self) -> str:
        return self.call("POST", "customers", name="Oakline Studio", email="alice@oakline.example")["id"]

    def checkout(self, *, trial_days: int = 0, is_guest: bool = False, **extra: Any) -> Any:
        """Open a checkout for one subscription: of a new customer, or of a guest whom the page asks for an e-mail."""
        params: dict[str, Any] = {
            "mode": "subscription",
            **({} if is_guest else {"customer": self.customer()}),
            "line_items": [{"price": self.price(), "quantity": 1}],
            "success_url": f"{self.home}/done?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{self.home}/prices",
        } | extra
        if trial_days:
            params["subscription_data"] = {"trial_period_days": trial_days}
        return self.call("POST", "checkout/sessions", **params)

    def subscriber(self, *, card: str = "pm_card_visa", **extra: Any) -> Any:
        """Make a customer with a default card and a subscription."""
        customer = self.customer()
        method = self.call("POST", f"payment_methods/{card}/attach", customer=customer)
        settings = {"default_payment_method": method["id"]}
        self.call("POST", f"customers/{customer}", invoice_settings=settings)
        return self.call("POST", "subscriptions", customer=customer, items=[{"price": self.price()}], **extra)

    def portal(self, customer: str, *, features: dict[str, Any] | None = None, **extra: Any) -> str:
        """Open a portal session with these features (all that a page of ours uses, if none are named)."""
        configuration = self.call("POST", "billing_portal/configurations", features=features or ALL_FEATURES)
        session = self.call(
            "POST",
            "billing_portal/sessions",
            customer=customer,
            configuration=configuration["id"],
            return_url=f"{self.home}/billing",
            **extra,
        )
        return session["url"]

    def subscriptions(self, customer: str) -> list[Any]:
        return self.call("GET", "subscriptions", customer=customer, status="all")["data"]
