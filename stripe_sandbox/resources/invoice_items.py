"""Routes of invoice items: amounts that wait for a customer's next invoice."""

from typing import Any

from stripe_sandbox.engine import discounts, invoice_items, prices, tax, unlisted_prices
from stripe_sandbox.errors import invalid, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

NOT_BUILT = ("tax_code", "tax_behavior", "margins", "unit_amount_decimal")
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
    currency = params.get("currency") or (draft or subscription or customer)["currency"] or "usd"
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
    refuse(params, *NOT_BUILT, "price_data", "customer_account", "quantity_decimal")
    currency = params.get("currency") or customer["currency"] or "usd"
    price, quantity, each = _price(unit, params, currency=currency)
    period = params.get("period") or {"start": unit.now, "end": unit.now}
    return invoice_items.Entry(
        customer_id=customer["id"],
        amount_minor=each * quantity,
        currency=currency,
        description=params.get("description") or unit.get("product", price["product"])["name"],
        price=price,
        period=(period["start"], period["end"]),
        quantity=quantity,
        unit_amount_decimal=str(each),
        subscription_id=subscription_id,
        is_discountable=params.get("discountable", each >= 0),
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


def _price(unit: Unit, params: dict[str, Any], *, currency: str) -> tuple[StripeObject, int, int]:
    """The price, the quantity and what one unit costs. A bare amount gets a price of its own, not in use."""
    name = (params.get("pricing") or {}).get("price") or params.get("price")
    quantity = params.get("quantity")
    if name:
        price = unit.get("price", name, param="pricing[price]", status=400)
        if price["recurring"] is not None:
            raise invalid_parameter(
                "The price specified is set to `type=recurring` but this field only accepts prices with "
                "`type=one_time`.",
                param="pricing[price]",
            )
        if price["billing_scheme"] == "tiered" or price["transform_quantity"]:
            raise not_built("pricing[price] with tiers or transform_quantity")
        return price, 1 if quantity is None else quantity, prices.unit_amount_minor(price, currency=currency)
    if params.get("amount") is None:
        raise missing_parameter("amount")
    if quantity is not None:
        raise invalid_parameter("You cannot pass `quantity` together with `amount`.", param="quantity")
    text = params.get("description") or "Invoice item"
    return unlisted_prices.make(unit, params["amount"], currency=currency, name=text), 1, params["amount"]


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
    refuse(params, *NOT_BUILT, "price_data", "pricing", "quantity_decimal")
    if found["proration"] and set(params) & {"amount", "quantity"}:
        raise invalid("You cannot change the amount or quantity of a proration invoice item.")
    take(found, params, "description", "discountable")
    take_terms(unit, found, params)
    if params.get("period"):
        found["period"] = dict(params["period"])
    if params.get("amount") is not None:
        _set_amount(found, each=params["amount"], quantity=1)
    elif params.get("quantity") is not None:
        _set_amount(found, each=found["amount"] // max(found["quantity"], 1), quantity=params["quantity"])


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


def _set_amount(item: StripeObject, *, each: int, quantity: int) -> None:
    item.update(amount=each * quantity, quantity=quantity, quantity_decimal=str(quantity))
    item["pricing"]["unit_amount_decimal"] = str(each)


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
