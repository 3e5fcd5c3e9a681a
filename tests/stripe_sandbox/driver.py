"""What tests do with a running sandbox: the official SDK, raw calls, controls, and the usual objects."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from stripe_sandbox import API_VERSION
from stripe_sandbox.hosted import CardEntry
from stripe_sandbox.sandbox import Sandbox

KEY = "sk_test_sandbox"


@dataclass(frozen=True)
class Reply:
    """A raw answer; header names in lower case."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Driver:
    """One running sandbox. `sandbox` is the object behind it, for the pages' functions."""

    url: str
    sandbox: Sandbox

    def sdk(self, key: str = KEY, *, retries: int = 0) -> Any:
        client = stripe.StripeClient(
            key, base_addresses={"api": self.url}, stripe_version=API_VERSION, max_network_retries=retries
        )
        return client.v1

    def call(self, method: str, path: str, params: dict[str, Any] | None = None, **headers: str) -> Reply:
        """One API call without the SDK; header names with underscores."""
        sent = {"Authorization": f"Bearer {KEY}", "Stripe-Version": API_VERSION}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        form = urlencode(params or {})
        if method != "POST" and form:
            path, form = f"{path}?{form}", ""
        return self._send(method, path, form, sent)

    def control(self, method: str, name: str, body: dict[str, Any] | None = None) -> Reply:
        """One call of the sandbox's own switches."""
        return self._send(method, f"/_sandbox/{name}", json.dumps(body) if body is not None else "", {})

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            if body:
                headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            connection.request(method, path, body=body.encode() or None, headers=headers)
            answer = connection.getresponse()
            raw = answer.read()
            seen = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, json.loads(raw) if raw else None, seen)
        finally:
            connection.close()

    def download(self, url: str, *, key: str | None = None) -> tuple[int, bytes]:
        """What lies at an address, as bytes."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("GET", urlsplit(url).path, headers={"Authorization": f"Bearer {key}"} if key else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def advance(self, duration: str) -> None:
        """Move billing time; everything due has happened and was delivered on return."""
        reply = self.control("POST", "clock", {"advance": duration})
        assert reply.status == 200, reply.body

    def set_clock(self, moment: int) -> None:
        reply = self.control("POST", "clock", {"set": moment})
        assert reply.status == 200, reply.body

    def events(self, *types: str) -> list[Any]:
        """Events, oldest first."""
        found = self.sdk().events.list({"limit": 100, **({"types": list(types)} if types else {})})
        return list(reversed(found.data))

    def event_types(self, since: str | None = None) -> list[str]:
        """Types of all events, oldest first; after the last one of the type `since`, if given."""
        types = [event.type for event in self.events()]
        if since is None:
            return types
        return types[len(types) - types[::-1].index(since) :]

    def price(self, amount_minor: int = 2500, *, interval: str = "month", **more: Any) -> Any:
        """A monthly price of a product with the unit "user"."""
        product = self.sdk().products.create({"name": "Test Subscription", "unit_label": "user"})
        values = {"product": product.id, "currency": "usd", "unit_amount": amount_minor}
        return self.sdk().prices.create({**values, "recurring": {"interval": interval}, **more})

    def customer(self, card: str | None = "pm_card_visa") -> Any:
        """A customer whose default card comes from this token."""
        customer = self.sdk().customers.create({"email": "alice@example.org", "name": "Alice"})
        if card is not None:
            method = self.sdk().payment_methods.attach(card, {"customer": customer.id})
            settings = {"default_payment_method": method.id}
            customer = self.sdk().customers.update(customer.id, {"invoice_settings": settings})
        return customer

    def subscribe(self, customer: Any, price: Any, **params: Any) -> Any:
        """A subscription to one price."""
        values = {"customer": customer.id, "items": [{"price": price.id}], **params}
        return self.sdk().subscriptions.create(values)


def card(number: str = "4242424242424242", *, exp_year: int = 2040) -> CardEntry:
    """What somebody types on the checkout page."""
    return CardEntry(number, exp_month=12, exp_year=exp_year, cvc="123", name="Alice")
