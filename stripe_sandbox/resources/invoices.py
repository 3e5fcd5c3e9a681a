"""Routes of invoices and their payments."""

from typing import Any

from stripe_sandbox.engine import (
    automatic_collection,
    collection,
    discounts,
    drafts,
    invoice_calls,
    invoice_items,
    invoices,
    mailed_invoices,
    payment_methods,
    retries,
)
from stripe_sandbox.errors import invalid, missing_parameter
from stripe_sandbox.resources.price_terms import change_invoice_terms
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page, page_of
from stripe_sandbox.wire.routing import route

PLAIN = ("description", "footer", "custom_fields", "statement_descriptor")


@route("POST", "/v1/invoices", schema="invoice_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A draft as asked for by hand: empty, or with the items that wait for an invoice."""
    refuse(params, "from_invoice", "shipping_cost", "transfer_data", "on_behalf_of")
    subscription = None
    if params.get("subscription"):
        subscription = unit.get("subscription", params["subscription"], param="subscription", status=400)
    customer_id = params.get("customer") or (subscription or {}).get("customer")
    if not customer_id:
        raise missing_parameter("customer")
    customer = unit.get("customer", customer_id, param="customer", status=400)
    currency = params.get("currency") or (subscription or customer)["currency"] or "usd"
    waiting = _waiting(unit, params, subscription, customer_id=customer["id"], currency=currency)
    invoice = drafts.create(
        unit,
        customer=customer,
        subscription=subscription,
        lines=[invoice_items.as_line(item) for item in waiting],
        reason="manual",
        period=(_period_start(unit, subscription), unit.now),
        currency=currency,
    )
    invoice_items.attach(waiting, invoice)
    invoice.update(
        auto_advance=bool(params.get("auto_advance", False)),
        metadata=merge_metadata({}, params.get("metadata") or {}),
        rendering={
            "amount_tax_display": None,
            "pdf": {"page_size": "auto"},
            "template": None,
            "template_version": None,
        },
        webhooks_delivered_at=unit.now,
    )
    if params.get("collection_method") is None:
        invoice["collection_method"] = "charge_automatically"
    mailed_invoices.set_terms(unit, invoice, params)
    take(invoice, {key: params[key] for key in PLAIN if key in params}, *PLAIN)
    change_invoice_terms(unit, invoice, params)
    unit.emit("invoice.created", invoice)
    if invoice["auto_advance"]:
        collection.plan_finalization(unit, invoice, due_at=unit.now + invoices.DRAFT_SECONDS)
    return invoice


def _waiting(
    unit: Unit, params: dict[str, Any], subscription: StripeObject | None, *, customer_id: str, currency: str
) -> list[StripeObject]:
    if params.get("pending_invoice_items_behavior") != "include":
        return []
    subscription_id = subscription["id"] if subscription else None
    found = invoice_items.pending(unit, customer_id=customer_id, currency=currency, subscription_id=subscription_id)
    if subscription is not None and not found:
        raise invalid("Nothing to invoice for subscription", code="invoice_no_subscription_line_items")
    return found


def _period_start(unit: Unit, subscription: StripeObject | None) -> int:
    if subscription is None:
        return unit.now
    return int(subscription["items"]["data"][0]["current_period_start"])


@route("GET", "/v1/invoices/{invoice}", schema="invoice_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """One invoice."""
    return unit.get("invoice", invoice)


@route("POST", "/v1/invoices/{invoice}", schema="invoice_update")
def update(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Change what may change: on a final invoice only metadata and auto_advance."""
    refuse(params, "shipping_cost", "transfer_data", "on_behalf_of")
    found = unit.get("invoice", invoice)
    if found["status"] != "draft" and set(params) - {"metadata", "auto_advance"}:
        raise invalid("Finalized invoices can't be updated in this way", code="invoice_not_editable")
    was_advancing = found["auto_advance"]
    take(found, params, "auto_advance", *PLAIN)
    if found["status"] == "draft":
        mailed_invoices.set_terms(unit, found, params)
        change_invoice_terms(unit, found, params)
    if "auto_advance" in params and params["auto_advance"] != was_advancing:
        _advance(unit, found, is_wanted=params["auto_advance"])
    unit.emit("invoice.updated", found)
    return found


def _advance(unit: Unit, invoice: StripeObject, *, is_wanted: bool) -> None:
    if not is_wanted:
        automatic_collection.stop(unit, invoice)
    elif invoice["status"] == "draft":
        collection.plan_finalization(unit, invoice, due_at=unit.now + invoices.DRAFT_SECONDS)
    else:
        retries.resume(unit, invoice)


@route("DELETE", "/v1/invoices/{invoice}")
def delete(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Delete a draft that no subscription made."""
    found = unit.get("invoice", invoice)
    if found["status"] != "draft" or found["billing_reason"] != "manual":
        raise invalid("You can only delete draft invoices that were created by hand.")
    unit.unschedule("invoice_finalization", invoice)
    invoice_items.release(unit, found)
    unit.emit("invoice.deleted", found)
    found["_is_deleted"] = True
    drafts.pass_on(unit, discounts.release(unit, found), customer_id=found["customer"])
    return {"id": invoice, "object": "invoice", "deleted": True}


@route("POST", "/v1/invoices/{invoice}/finalize", schema="invoice_finalize_invoice")
def finalize(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Make a draft final; nothing due means paid. Collection follows later if auto_advance says so."""
    found = unit.get("invoice", invoice)
    if "auto_advance" in params:
        found["auto_advance"] = params["auto_advance"]
    invoices.finalize(unit, found)
    if found["amount_due"] == 0:
        collection.settle_or_collect(unit, found, is_off_session=True)
    elif found["auto_advance"] and found["collection_method"] == "charge_automatically":
        found["next_payment_attempt"] = unit.now + invoices.DRAFT_SECONDS
        unit.schedule("invoice_retry", invoice, due_at=found["next_payment_attempt"])
    return found


@route("POST", "/v1/invoices/{invoice}/pay", schema="invoice_pay")
def pay(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Collect now, with the given card or the one that pays."""
    refuse(params, "source", "mandate", "forgive")
    found = unit.get("invoice", invoice)
    method = None
    if params.get("payment_method"):
        method = payment_methods.resolve(unit, params["payment_method"], status=400)
        if method["customer"] != found["customer"]:
            raise payment_methods.not_attached(method)
    return invoice_calls.pay(
        unit,
        found,
        method=method,
        is_out_of_band=bool(params.get("paid_out_of_band")),
        is_off_session=params.get("off_session", True),
    )


@route("POST", "/v1/invoices/{invoice}/send", schema="invoice_send_invoice")
def send(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Send an invoice outside its own schedule."""
    return mailed_invoices.send(unit, unit.get("invoice", invoice))


@route("POST", "/v1/invoices/{invoice}/void", schema="invoice_void_invoice")
def void(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Close an unpaid invoice for good."""
    return invoices.void(unit, unit.get("invoice", invoice))


@route("POST", "/v1/invoices/{invoice}/mark_uncollectible", schema="invoice_mark_uncollectible")
def mark_uncollectible(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """Give an open invoice up."""
    return invoices.mark_uncollectible(unit, unit.get("invoice", invoice))


@route("GET", "/v1/invoices/{invoice}/lines", schema="invoice_list_lines")
def lines(unit: Unit, params: dict[str, Any], invoice: str) -> StripeObject:
    """The lines, in their order on the invoice."""
    found = unit.get("invoice", invoice)
    return page_of(found["lines"]["data"], params, kind="line_item", url=f"/v1/invoices/{invoice}/lines")


@route("GET", "/v1/invoices", schema="invoice_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Invoices by customer, subscription, status, collection method, due date."""
    refuse(params, "customer_account")
    where = Filter().created(params.get("created")).equals("status", params.get("status"))
    where.moment("due_date", params.get("due_date"))
    where.equals("collection_method", params.get("collection_method"))
    where.equals("parent.subscription_details.subscription", params.get("subscription"))
    if params.get("customer"):
        where.add("customer = ?", params["customer"])
    return page(unit, "invoice", params, url="/v1/invoices", where=where)


@route("GET", "/v1/invoice_payments/{payment}", schema="invoice_payment_retrieve")
def retrieve_payment(unit: Unit, params: dict[str, Any], payment: str) -> StripeObject:
    """One payment of an invoice."""
    return unit.get("invoice_payment", payment)


@route("GET", "/v1/invoice_payments", schema="invoice_payment_list")
def list_payments(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Payments of invoices, by invoice, status or payment intent."""
    where = Filter().created(params.get("created")).equals("status", params.get("status"))
    where.equals("invoice", params.get("invoice"))
    payment = params.get("payment") or {}
    where.equals("payment.type", payment.get("type"))
    where.equals("payment.payment_intent", payment.get("payment_intent"))
    return page(unit, "invoice_payment", params, url="/v1/invoice_payments", where=where)
