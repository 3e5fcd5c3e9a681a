"""Decides what a new account has: its own object and the endpoints given on the command line."""

from stripe_sandbox import API_VERSION, ids
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def create(unit: Unit, *, merchant_name: str, endpoints: list[tuple[str, str]]) -> StripeObject:
    """The account of this unit, with one webhook endpoint for each (url, secret)."""
    account = blank("account", id=unit.account_id, email="owner@sandbox.example")
    account["business_profile"]["name"] = merchant_name
    account["settings"]["dashboard"]["display_name"] = merchant_name
    unit.add(account)
    for url, secret in endpoints:
        add_endpoint(unit, url=url, secret=secret, enabled_events=["*"])
    return account


def add_endpoint(unit: Unit, *, url: str, secret: str, enabled_events: list[str]) -> StripeObject:
    """A webhook endpoint that is told of these event types; `*` is all."""
    return unit.add(
        blank(
            "webhook_endpoint",
            id=ids.new_id("webhook_endpoint"),
            url=url,
            enabled_events=enabled_events,
            api_version=API_VERSION,
            _secret=secret,
        )
    )


def merchant_name(unit: Unit) -> str:
    """The name that customers read on pages and invoices."""
    name: str = unit.get("account", unit.account_id)["business_profile"]["name"]
    return name
