"""Decides what the parameters mean that change a price's sum: discounts and tax rates of subscriptions and items."""

from typing import Any

from stripe_sandbox.engine import discounts, drafts, price_amounts, tax
from stripe_sandbox.store.unit import StripeObject, Unit


def order_terms(
    unit: Unit,
    params: dict[str, Any],
    *,
    customer_id: str,
    currency: str,
    items: list[tuple[StripeObject, int | None, dict[str, str]]],
) -> dict[str, Any]:
    """The keys of an order for a new subscription: its discounts, and discounts and tax rates of its items."""
    amount = sum(
        price_amounts.amount_minor(price, quantity=count, currency=currency)
        for price, count, _ in items
        if count is not None
    )
    redeemed = discounts.read(
        unit,
        params.get("discounts"),
        path="discounts",
        customer_id=customer_id,
        currency=currency,
        amount_minor=amount,
    )
    allowed = _of_customer(unit, customer_id)
    discounts.check_kept(redeemed, allowed=allowed, param="discounts")
    entries = dict(enumerate(params.get("items") or []))
    return {
        "redeemed": redeemed,
        "item_redeemed": {
            index: item_discounts(unit, entry, prefix=f"items[{index}]", customer_id=customer_id, currency=currency)
            for index, entry in entries.items()
        },
        "item_tax_rates": {
            index: tax.resolve(unit, entry.get("tax_rates"), param=f"items[{index}][tax_rates]")
            for index, entry in entries.items()
        },
    }


def item_discounts(
    unit: Unit, entry: dict[str, Any], *, prefix: str | None, customer_id: str, currency: str
) -> list[discounts.Wanted]:
    """The wanted discounts of one item; `prefix` is where it stands in the form, None for the item's own endpoint."""
    path = f"{prefix}[discounts]" if prefix else "discounts"
    return discounts.read(unit, entry.get("discounts"), path=path, customer_id=customer_id, currency=currency)


def _of_customer(unit: Unit, customer_id: str) -> list[str]:
    current = unit.get("customer", customer_id)["discount"]
    return [current["id"]] if current else []


def change_terms(unit: Unit, subscription: StripeObject, params: dict[str, Any]) -> None:
    """Put the wanted discounts and default tax rates in place of the subscription's. The caller emits the event."""
    if "default_tax_rates" in params:
        rates = tax.resolve(unit, params["default_tax_rates"], param="default_tax_rates")
        is_automatic = subscription["automatic_tax"]["enabled"]
        tax.check_combination(rates, is_automatic=is_automatic, param="default_tax_rates")
        subscription["default_tax_rates"] = rates
    if "discounts" not in params or params["discounts"] == []:
        return
    customer_id, currency = subscription["customer"], subscription["currency"]
    wanted = discounts.read(unit, params["discounts"], path="discounts", customer_id=customer_id, currency=currency)
    allowed = [*subscription["discounts"], *_of_customer(unit, customer_id)]
    discounts.check_kept(wanted, allowed=allowed, param="discounts")
    discounts.replace(unit, subscription, wanted)


def change_invoice_terms(unit: Unit, invoice: StripeObject, params: dict[str, Any]) -> None:
    """Give a draft other discounts or tax rates than those it inherited; its sums follow."""
    customer = unit.get("customer", invoice["customer"])
    if (params.get("automatic_tax") or {}).get("enabled"):
        invoice["automatic_tax"] = tax.automatic(customer)
    if "default_tax_rates" in params:
        rates = tax.resolve(unit, params["default_tax_rates"], param="default_tax_rates")
        is_automatic = invoice["automatic_tax"]["enabled"]
        tax.check_combination(rates, is_automatic=is_automatic, param="default_tax_rates")
        invoice["default_tax_rates"] = rates
    if "discounts" in params and params["discounts"] != []:
        wanted = discounts.read(
            unit,
            params["discounts"],
            path="discounts",
            customer_id=customer["id"],
            currency=invoice["currency"],
            amount_minor=invoice["subtotal"],
        )
        allowed = [*invoice["discounts"], *_of_customer(unit, customer["id"])]
        discounts.check_kept(wanted, allowed=allowed, param="discounts")
        invoice["discounts"] = discounts.grant_all(unit, wanted, customer=customer["id"], invoice=invoice["id"])
    drafts.set_amounts(unit, invoice)
    drafts.settle_discounts(unit, invoice)


def take_item_terms(
    unit: Unit, subscription: StripeObject, entry: dict[str, Any], *, prefix: str | None
) -> dict[str, Any]:
    """Give an item that exists the wanted discounts and tax rates; the rest of the entry is returned.

    An entry for a further item keeps them, and is refused elsewhere.
    """
    item = next((each for each in subscription["items"]["data"] if each["id"] == entry.get("id")), None)
    if item is None:
        return entry
    if "tax_rates" in entry:
        item["tax_rates"] = tax.resolve(
            unit, entry["tax_rates"], param=f"{prefix}[tax_rates]" if prefix else "tax_rates"
        )
    if "discounts" in entry and entry["discounts"] != []:
        wanted = item_discounts(
            unit,
            entry,
            prefix=prefix,
            customer_id=subscription["customer"],
            currency=subscription["currency"],
        )
        allowed = [*item["discounts"], *subscription["discounts"]]
        discounts.check_kept(wanted, allowed=allowed, param=f"{prefix}[discounts]" if prefix else "discounts")
        discounts.replace(unit, subscription, wanted, item=item)
    return {key: value for key, value in entry.items() if key not in {"discounts", "tax_rates"}}
