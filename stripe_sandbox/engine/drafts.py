"""Decides what a new invoice says: its lines, sums and the facts copied from customer and subscription."""

from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import accounts, discounts, invoice_totals, price_amounts, price_numbers, prices, tax
from stripe_sandbox.engine.amounts import smallest_charge_minor
from stripe_sandbox.engine.tax_ids import on_invoice
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def subscription_line(
    unit: Unit,
    subscription: StripeObject,
    item: dict[str, Any],
    *,
    start: int,
    end: int,
    is_trial: bool = False,
    used: Decimal | None = None,
) -> dict[str, Any]:
    """One line for a period of one subscription item; a trial period costs nothing. `used`: of a metered one."""
    price, currency = item["price"], subscription["currency"]
    quantity = item["quantity"] if used is None else used
    stored = unit.get("price", price["id"])
    amount = 0 if is_trial else price_amounts.amount_minor(stored, quantity=quantity, currency=currency)
    each = "0" if is_trial else price_amounts.unit_decimal(stored, currency=currency)
    text = prices.describe(unit, stored, quantity=quantity, currency=currency)
    if is_trial:
        text = f"Trial period for {unit.get('product', price['product'])['name']}"
    return blank(
        "line_item",
        id=ids.new_id("line_item"),
        amount=amount,
        subtotal=amount,
        currency=currency,
        description=text,
        parent={
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        period={"end": end, "start": start},
        pricing={
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": each,
        },
        quantity=int(quantity),
        quantity_decimal=price_numbers.plain(Decimal(quantity)),
        metadata=dict(subscription["metadata"]),
        discounts=discounts.live(unit, item["discounts"], at=start),
        _tax_rates=[rate["id"] for rate in item["tax_rates"]],
    )


def create(
    unit: Unit,
    *,
    customer: StripeObject,
    subscription: StripeObject | None,
    lines: list[dict[str, Any]],
    reason: str,
    period: tuple[int, int],
    currency: str,
) -> StripeObject:
    """A draft with these lines. The caller says when its event goes out."""
    invoice = draft_body(
        unit,
        customer=customer,
        subscription=subscription,
        lines=lines,
        reason=reason,
        period=period,
        currency=currency,
    )
    if customer["currency"] is None:
        customer["currency"] = currency
        unit.emit("customer.updated", customer)
    discounts.reserve(unit, invoice)
    return unit.add(invoice)


def draft_body(
    unit: Unit,
    *,
    customer: StripeObject,
    subscription: StripeObject | None,
    lines: list[dict[str, Any]],
    reason: str,
    period: tuple[int, int],
    currency: str,
    at: int | None = None,
) -> StripeObject:
    """The content of a draft, not stored: also what a preview shows, which is made for a later moment `at`."""
    invoice_id = ids.new_id("invoice")
    for line in lines:
        line["invoice"] = invoice_id
    invoice = blank(
        "invoice",
        id=invoice_id,
        account_name=accounts.merchant_name(unit),
        billing_reason=reason,
        currency=currency,
        customer=customer["id"],
        lines=_line_list(lines, invoice_id=invoice_id),
        period_start=period[0],
        period_end=period[1],
        created=unit.now,
        starting_balance=customer["balance"],
        **_customer_facts(unit, customer),
    )
    moment = unit.now if at is None else at
    invoice["discounts"] = discounts.for_invoice(
        unit, customer=customer, subscription=subscription, at=moment, has_taken=True
    )
    if subscription is not None:
        _link(invoice, subscription)
        if subscription["automatic_tax"]["enabled"]:
            invoice["automatic_tax"] = tax.automatic(customer)
    set_amounts(unit, invoice)
    return invoice


def _line_list(lines: list[dict[str, Any]], *, invoice_id: str) -> dict[str, Any]:
    return {
        "object": "list",
        "data": lines,
        "has_more": False,
        "total_count": len(lines),
        "url": f"/v1/invoices/{invoice_id}/lines",
    }


def follow_customer(unit: Unit, customer: StripeObject) -> None:
    """Until an invoice is final it says of its customer what the customer does. That no event tells it is assumed."""
    where = "customer = ? AND json_extract(data, '$.status') = 'draft'"
    for invoice in unit.select("invoice", where=where, values=[customer["id"]]):
        invoice.update(_customer_facts(unit, customer))


def _customer_facts(unit: Unit, customer: StripeObject) -> dict[str, Any]:
    return {
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": on_invoice(unit, customer["id"]),
    }


def set_amounts(unit: Unit, invoice: StripeObject) -> None:
    """Sums of the invoice from its lines, discounts and taxes; a customer's credit lowers what is due."""
    invoice_totals.recompute(unit, invoice)
    set_due(invoice)


def settle_discounts(unit: Unit, invoice: StripeObject) -> None:
    """Keep for this stored draft what lowers it once; what it gave up goes to the next draft that names it."""
    pass_on(unit, discounts.reserve(unit, invoice), customer_id=invoice["customer"])


def pass_on(unit: Unit, freed: list[str], *, customer_id: str) -> None:
    """Let the oldest other draft that names a freed discount have it, with its event."""
    if not freed:
        return
    where = "customer = ? AND json_extract(data, '$.status') = 'draft'"
    for draft in reversed(unit.select("invoice", where=where, values=[customer_id])):
        named = [*draft["discounts"], *(name for line in draft["lines"]["data"] for name in line["discounts"])]
        if set(freed) & set(named) and not draft.get("_is_deleted"):
            set_amounts(unit, draft)
            discounts.reserve(unit, draft)
            unit.emit("invoice.updated", draft)


def set_due(invoice: StripeObject, *, is_prepaid: bool = False) -> None:
    """What is due of the total and the customer's balance at the start: credit lowers it, a debt is billed along.

    Documented: what is below the smallest charge of the currency is not due, the next invoice bills it. That a draft
    says so already is assumed. `is_prepaid`: the money is there, however little it is.
    """
    due = unpaid_minor(invoice)
    is_too_small = due < smallest_charge_minor(invoice["currency"]) and not is_prepaid
    invoice["amount_due"] = invoice["amount_remaining"] = 0 if is_too_small else due


def unpaid_minor(invoice: StripeObject) -> int:
    """What the customer owes with this invoice, be it due now or too little to be charged."""
    return int(max(invoice["total"] + invoice["starting_balance"], 0))


def _link(invoice: StripeObject, subscription: StripeObject) -> None:
    invoice.update(
        auto_advance=True,
        collection_method=subscription["collection_method"],
        default_payment_method=None,
        default_tax_rates=list(subscription["default_tax_rates"]),
        parent={
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
    )
