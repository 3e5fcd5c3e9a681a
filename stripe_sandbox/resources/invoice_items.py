"""Routes of invoice items: amounts that wait for a customer's next invoice."""

from decimal import Decimal
from typing import Any

from stripe_sandbox.engine import discounts, invoice_items, price_numbers, tax
from stripe_sandbox.errors import invalid, missing_parameter
from stripe_sandbox.resources import item_prices
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("tax_code", "tax_behavior", "margins")
NOUN = "invoiceitem"


@route("POST", "/v1/invoiceitems", schema="invoice_item_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """An amount, or a price with a quantity, for the next invoice or for a named draft."""
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    draft = _draft(unit, params, customer)
    subscription = None
    if params.get("subscription"):
        subscription = unit.get("subscription", params["subscription"], param="subscription", status=400)
    currency = params.get("currency") or (draft or subscription or customer)["currency"]
    currency = currency or (params.get("price_data") or {}).get("currency") or "usd"
    subscription_id = subscription["id"] if subscription else None
    entry = entry_from(unit, {**params, "currency": currency}, customer=customer, subscription_id=subscription_id)
    item = invoice_items.create(unit, entry)
    if customer["currency"] is None:
        customer["currency"] = currency
        unit.emit("customer.updated", customer)
    if draft is not None:
        invoice_items.put_on_draft(unit, [item], draft)
    return item


def entry_from(
    unit: Unit, params: dict[str, Any], *, customer: StripeObject, subscription_id: str | None
) -> invoice_items.Entry:
    """What the parameters of an invoice item say; the currency is the customer's unless one is named."""
    refuse(params, *NOT_BUILT, "customer_account")
    currency = params.get("currency") or customer["currency"] or "usd"
    priced = item_prices.read(unit, params, currency=currency)
    period = params.get("period") or {"start": unit.now, "end": unit.now}
    return invoice_items.Entry(
        customer_id=customer["id"],
        amount_minor=priced.amount_minor,
        currency=currency,
        description=params.get("description") or unit.get("product", priced.price["product"])["name"],
        price=priced.price,
        period=(period["start"], period["end"]),
        quantity=priced.quantity,
        unit_amount_decimal=priced.pricing["unit_amount_decimal"],
        subscription_id=subscription_id,
        is_discountable=params.get("discountable", priced.amount_minor >= 0),
        metadata=merge_metadata({}, params.get("metadata") or {}),
        tax_rates=tax.resolve(unit, params.get("tax_rates"), param="tax_rates"),
        redeemed=wanted_discounts(unit, params, customer_id=customer["id"], currency=currency, allowed=[]),
    )


def wanted_discounts(
    unit: Unit, params: dict[str, Any], *, customer_id: str, currency: str, allowed: list[str]
) -> list[discounts.Wanted]:
    """The discounts of one item; `allowed` are those it has and may keep."""
    wanted = discounts.read(
        unit, params.get("discounts"), path="discounts", customer_id=customer_id, currency=currency
    )
    discounts.check_kept(wanted, allowed=allowed, param="discounts")
    return wanted


def _draft(unit: Unit, params: dict[str, Any], customer: StripeObject) -> StripeObject | None:
    if not params.get("invoice"):
        return None
    invoice = unit.get("invoice", params["invoice"], param="invoice", status=400)
    if invoice["status"] != "draft" or invoice["customer"] != customer["id"]:
        raise invalid("You can only add invoice items to a draft invoice of the same customer.", param="invoice")
    return invoice


@route("GET", "/v1/invoiceitems/{item}", schema="invoice_item_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """One invoice item."""
    return unit.get(NOUN, item)


@route("POST", "/v1/invoiceitems/{item}", schema="invoice_item_update")
def update(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """Change an item that waits, or that stands on a draft."""
    found = unit.get(NOUN, item)
    draft = _editable(unit, found)
    change(unit, found, params)
    if draft is not None:
        invoice_items.redraw(unit, draft)
    return found


def change(unit: Unit, found: StripeObject, params: dict[str, Any]) -> None:
    """Put the parameters into an item; the draft that shows it is the caller's to redraw."""
    refuse(params, *NOT_BUILT)
    if found["proration"] and item_prices.is_given(params):
        raise invalid("You cannot change the amount or quantity of a proration invoice item.")
    take(found, params, "description", "discountable")
    take_terms(unit, found, params)
    if params.get("period"):
        found["period"] = dict(params["period"])
    if item_prices.is_given(params):
        _set_amount(unit, found, params)


def take_terms(unit: Unit, item: StripeObject, params: dict[str, Any]) -> None:
    """Give an item other discounts and tax rates; an empty value takes them away."""
    if "tax_rates" in params:
        item["tax_rates"] = tax.resolve(unit, params["tax_rates"], param="tax_rates")
    if "discounts" in params and params["discounts"] != []:
        customer_id = item["customer"]
        wanted = wanted_discounts(
            unit, params, customer_id=customer_id, currency=item["currency"], allowed=item["discounts"]
        )
        item["discounts"] = discounts.grant_all(unit, wanted, customer=customer_id, invoice_item=item["id"])


def _set_amount(unit: Unit, item: StripeObject, params: dict[str, Any]) -> None:
    present = item_prices.Priced(
        price=unit.get("price", item["pricing"]["price_details"]["price"]),
        quantity=Decimal(item["quantity_decimal"]),
        currency=item["currency"],
    )
    priced = item_prices.read(unit, params, currency=item["currency"], present=present)
    item.update(
        amount=priced.amount_minor,
        pricing=priced.pricing,
        quantity=int(priced.quantity),
        quantity_decimal=price_numbers.plain(priced.quantity),
    )


def _editable(unit: Unit, item: StripeObject) -> StripeObject | None:
    """The draft that shows the item, or None. Raises ApiError once its invoice is final."""
    if item["invoice"] is None:
        return None
    invoice = unit.get("invoice", item["invoice"])
    if invoice["status"] != "draft":
        raise invalid("You can only change invoice items that are not on a finalized invoice.")
    return invoice


@route("DELETE", "/v1/invoiceitems/{item}", schema="invoice_item_delete")
def delete(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """Take back an item that waits, or that stands on a draft."""
    found = unit.get(NOUN, item)
    draft = _editable(unit, found)
    found["_is_deleted"] = True
    unit.emit("invoiceitem.deleted", found)
    if draft is not None:
        invoice_items.redraw(unit, draft)
    return {"id": item, "object": NOUN, "deleted": True}


@route("GET", "/v1/invoiceitems", schema="invoice_item_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Invoice items by customer, invoice or whether they wait."""
    where = Filter().created(params.get("created")).equals("invoice", params.get("invoice"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    if params.get("pending") is not None:
        where.add(f"json_extract(data, '$.invoice') IS {'' if params['pending'] else 'NOT '}NULL")
    return page(unit, NOUN, params, url="/v1/invoiceitems", where=where)
