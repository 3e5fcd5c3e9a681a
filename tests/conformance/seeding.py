"""Decides which catalogue a story takes for granted, and makes it through the API before the story is replayed."""

import re
from typing import Any

from tests.conformance.client import Client
from tests.conformance.recordings import Story, tables

_PRODUCT_NAME = re.compile(r"^\d+ (?:(\w+) )?× (.+?) \(at ")
_UNUSED_NAME = re.compile(r"^(?:Unused|Remaining) time on (?:[\d,]+ × )?(.+?) after ")


Prices = dict[str, dict[str, Any]]


def seed(client: Client, story: Story, *, elsewhere: Prices) -> None:
    """Make every product and price that the story shows or names and does not create itself.

    `elsewhere`: the prices of all stories of the folder, for one that this story only names.
    """
    made = {exchange.response.get("id") for exchange in story.exchanges if exchange.method == "POST"}
    prices = {key: value for key, value in prices_in(story).items() if key not in made}
    prices |= {key: elsewhere[key] for key in _named(story) - prices.keys() - made if key in elsewhere}
    names = _names(story)
    for product in sorted({price["product"] for price in prices.values()} - made):
        unit, name = names.get(product, ("user", "Test Subscription"))
        client.must("POST", "/v1/products", [("id", product), ("name", name), ("unit_label", unit)])
    for price in prices.values():
        client.must("POST", "/v1/prices", _price_form(price))


def _named(story: Story) -> set[str]:
    """The values of every parameter that wants a price."""
    return {
        value
        for exchange in story.exchanges
        for name, value in exchange.form + exchange.query
        if name.endswith(("[price]", "[plan]")) or name in {"price", "plan"}
    }


def prices_in(story: Story) -> Prices:
    """The prices that the story's answers show, by id."""
    found: Prices = {}
    for exchange in story.exchanges:
        if not exchange.is_readable:
            continue
        for table in tables(exchange.response):
            if table.get("object") == "price":
                found[table["id"]] = table
    for exchange in story.exchanges:
        for name, price in _session_prices(exchange.form, exchange.response).items():
            found.setdefault(name, price)
    return found


def _session_prices(form: list[tuple[str, str]], answer: dict[str, Any]) -> Prices:
    """A checkout session names its price and shows only the sum: one line gives the amount of one."""
    given = dict(form)
    price, quantity = given.get("line_items[0][price]"), int(given.get("line_items[0][quantity]", "1"))
    if answer.get("object") != "checkout.session" or price is None or "line_items[1][price]" in given:
        return {}
    recurring = {"interval": "month", "interval_count": 1} if answer["mode"] == "subscription" else None
    return {
        price: {
            "id": price,
            "currency": answer["currency"],
            "product": f"prod_of_{price}",
            "unit_amount": answer["amount_subtotal"] // quantity,
            "recurring": recurring,
        }
    }


def _names(story: Story) -> dict[str, tuple[str, str]]:
    """Unit label and name of each product, read from the texts of invoice lines."""
    names: dict[str, tuple[str, str]] = {}
    for exchange in story.exchanges:
        for table in tables(exchange.response):
            product = ((table.get("pricing") or {}).get("price_details") or {}).get("product")
            text = table.get("description")
            if not isinstance(product, str) or not text:
                continue
            if match := _PRODUCT_NAME.match(text):
                names[product] = (match[1] or "", match[2])
            elif match := _UNUSED_NAME.match(text):
                names.setdefault(product, ("user", match[1]))
    return names


def _price_form(price: dict[str, Any]) -> list[tuple[str, str]]:
    form = [
        (key, str(price[key])) for key in ("id", "currency", "product", "nickname", "tax_behavior") if price.get(key)
    ]
    recurring = price.get("recurring") or {}
    form += [
        (f"recurring[{key}]", str(recurring[key]))
        for key in ("interval", "interval_count", "usage_type")
        if recurring.get(key)
    ]
    form += [(f"metadata[{key}]", value) for key, value in (price.get("metadata") or {}).items()]
    if price.get("unit_amount") is not None:
        return [*form, ("unit_amount", str(price["unit_amount"]))]
    return [*form, ("unit_amount_decimal", str(price["unit_amount_decimal"]))]
