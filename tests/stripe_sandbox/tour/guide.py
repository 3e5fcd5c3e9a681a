"""Who walks: the SDK's client, the sandbox's controls, and the note of what was called and how it was answered."""

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import stripe

from stripe_sandbox import API_VERSION
from tests.stripe_sandbox_pages.visitor import Visitor

BACK = "http://127.0.0.1:9/"


class NotingTransport(stripe.RequestsClient):
    """The SDK's own transport, which keeps method, path and status of every call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str, int]] = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        answer = super().request(method, url, *args, **kwargs)
        self.calls.append((method.upper(), urlsplit(url).path, int(answer[1])))
        return answer


@dataclass
class Guide:
    """One walk on one sandbox."""

    url: str
    key: str = "sk_test_sandbox"
    transport: NotingTransport = field(default_factory=NotingTransport)

    def __post_init__(self) -> None:
        self.client = stripe.StripeClient(
            self.key,
            base_addresses={"api": self.url, "files": self.url, "meter_events": self.url},
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=self.transport,
        )
        self.sdk: Any = self.client.v1

    def control(self, name: str, body: dict[str, Any]) -> Any:
        """One POST to the sandbox's own switches."""
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data=json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def advance(self, duration: str) -> None:
        self.control("clock", {"advance": duration})

    def fill_in(self, session: Any, *, number: str = "4242 4242 4242 4242") -> None:
        """Pay on the hosted checkout page."""
        page = Visitor(self.url).pay(urlsplit(session.url).path, number=number, email="page@example.org")
        assert page.status == 303, page.text

    def price(self, amount_minor: int = 2500, **more: Any) -> Any:
        product = self.sdk.products.create({"name": "Seat", "unit_label": "user"})
        values = {"product": product.id, "currency": "usd", "unit_amount": amount_minor}
        return self.sdk.prices.create({**values, "recurring": {"interval": "month"}, **more})

    def customer(self, card: str | None = "pm_card_visa", **more: Any) -> Any:
        """A customer whose default card comes from this token."""
        customer = self.sdk.customers.create({"email": "alice@example.org", "name": "Alice", **more})
        if card is None:
            return customer
        method = self.sdk.payment_methods.attach(card, {"customer": customer.id})
        return self.sdk.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})

    def subscribe(self, customer: Any, *prices: Any, **params: Any) -> Any:
        items = [{"price": price.id} for price in prices]
        return self.sdk.subscriptions.create({"customer": customer.id, "items": items, **params})

    def charge(self, amount: int = 4200, *, card: str = "pm_card_visa", **more: Any) -> Any:
        """A paid, settled charge of a new customer."""
        customer = self.customer(card)
        values = {
            "amount": amount,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": customer.invoice_settings.default_payment_method,
            "confirm": True,
            "return_url": BACK,
        }
        intent = self.sdk.payment_intents.create({**values, **more})
        self.advance("PT10S")
        return self.sdk.charges.retrieve(intent.latest_charge)
