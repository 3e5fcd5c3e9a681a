"""Decides what an invoice says and how it moves between draft, open, paid, void and uncollectible."""

from stripe_sandbox import ids
from stripe_sandbox.engine import customer_balance, discounts, drafts, intents, metered, tax_places
from stripe_sandbox.errors import invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

DRAFT_SECONDS = 3600
LONGEST_DRAFT_SECONDS = 72 * 3600
DAY_SECONDS = 86400
_DESCRIPTIONS = {"subscription_create": "Subscription creation", "manual": "Payment for Invoice"}


def subscription_of(unit: Unit, invoice: StripeObject) -> StripeObject | None:
    """The subscription that an invoice bills, or None."""
    parent = invoice["parent"]
    if parent is None or parent["type"] != "subscription_details":
        return None
    return unit.find("subscription", parent["subscription_details"]["subscription"])


def finalize(unit: Unit, invoice: StripeObject, *, prepaid: StripeObject | None = None) -> StripeObject:
    """Number the draft, apply the customer's balance and make its payment intent (or take a `prepaid` one)."""
    if invoice["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    unit.unschedule("invoice_finalization", invoice["id"])
    customer = unit.get("customer", invoice["customer"])
    metered.refresh(unit, invoice)
    tax_places.settle(unit, invoice, customer, is_prepaid=prepaid is not None)
    invoice["discounts"] = discounts.free_for(unit, invoice["discounts"], invoice)
    _apply_balance(unit, invoice, customer, is_prepaid=prepaid is not None)
    token = ids.random_text(40)
    page = f"{unit.base_url}/i/{token}"
    invoice.update(
        _token=token,
        status="open",
        number=f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}",
        automatically_finalizes_at=None,
        next_payment_attempt=None,
        effective_at=unit.now,
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
    )
    if invoice["rendering"] is not None and invoice["rendering"]["pdf"]["page_size"] == "auto":
        invoice["rendering"]["pdf"]["page_size"] = "letter"
    invoice["status_transitions"]["finalized_at"] = unit.now
    customer["next_invoice_sequence"] += 1
    if invoice["collection_method"] == "send_invoice":
        _set_due_date(unit, invoice)
    if invoice["amount_due"] > 0:
        _make_payment(unit, invoice, prepaid=prepaid)
    unit.emit("invoice.finalized", invoice)
    if "_intent" in invoice and prepaid is None:
        unit.emit("payment_intent.created", unit.get("payment_intent", invoice["_intent"]))
    discounts.retire_used(unit, invoice)
    return invoice


def _apply_balance(unit: Unit, invoice: StripeObject, customer: StripeObject, *, is_prepaid: bool) -> None:
    invoice["starting_balance"] = customer["balance"]
    drafts.set_due(invoice, is_prepaid=is_prepaid)
    unpaid = drafts.unpaid_minor(invoice)
    used = invoice["total"] - unpaid
    too_small = unpaid - invoice["amount_due"]
    for kind, amount in (("applied_to_invoice", used), ("invoice_too_small", too_small)):
        if amount:
            customer_balance.change(
                unit, customer, amount=amount, kind=kind, currency=invoice["currency"], invoice=invoice
            )
    invoice["ending_balance"] = customer["balance"]


def _set_due_date(unit: Unit, invoice: StripeObject) -> None:
    if invoice["due_date"] is None:
        subscription = subscription_of(unit, invoice)
        days = invoice.get("_days_until_due")
        if days is None and subscription is not None:
            days = subscription["days_until_due"]
        invoice["due_date"] = unit.now + (days or 0) * DAY_SECONDS
    unit.schedule("invoice_due", invoice["id"], due_at=invoice["due_date"])


def _make_payment(unit: Unit, invoice: StripeObject, *, prepaid: StripeObject | None) -> None:
    details = {"customer_reference": None, "order_reference": invoice["id"][:25]}
    if prepaid is None:
        intent = blank(
            "payment_intent",
            id=ids.new_id("payment_intent"),
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            description=_DESCRIPTIONS.get(invoice["billing_reason"], "Subscription update"),
            setup_future_usage="off_session",
        )
        intent["client_secret"] = ids.new_secret(intent["id"])
        unit.add(intent)
    else:
        intent = prepaid
    intent.update(payment_details=details, _invoice=invoice["id"], _hosted_url=invoice["hosted_invoice_url"])
    invoice["_intent"] = intent["id"]
    payment = blank(
        "invoice_payment",
        id=ids.new_id("invoice_payment"),
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
    )
    unit.add(payment)
    invoice["_payment"] = payment["id"]


def mark_paid(unit: Unit, invoice: StripeObject, *, is_out_of_band: bool = False) -> None:
    """Close the invoice as paid, with its events.

    Documented: `amount_paid` counts what was paid out of band. That the default payment is cancelled then, and no
    other stands in its place, is assumed.
    """
    invoice.update(
        status="paid",
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
    )
    if is_out_of_band:
        invoice["_paid_elsewhere"] = invoice["amount_due"]
    invoice["status_transitions"]["paid_at"] = unit.now
    for kind in ("invoice_retry", "invoice_due"):
        unit.unschedule(kind, invoice["id"])
    unit.emit("invoice.updated", invoice)
    unit.emit("invoice.paid", invoice)
    unit.emit("invoice.payment_succeeded", invoice)
    if "_payment" in invoice and not is_out_of_band and invoice["amount_due"] > 0:
        payment = unit.get("invoice_payment", invoice["_payment"])
        payment.update(status="paid", amount_paid=invoice["amount_due"])
        payment["status_transitions"]["paid_at"] = unit.now
        unit.emit("invoice_payment.paid", payment)
    else:
        _cancel_payment(unit, invoice)


def void(unit: Unit, invoice: StripeObject) -> StripeObject:
    """Close an open or uncollectible invoice for good, its payment intent with it."""
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(f"You can only void an open or uncollectible invoice; this one is {invoice['status']}.")
    invoice.update(status="void", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = unit.now
    for kind in ("invoice_retry", "invoice_due"):
        unit.unschedule(kind, invoice["id"])
    _cancel_payment(unit, invoice)
    _return_balance(unit, invoice)
    unit.emit("invoice.voided", invoice)
    return invoice


def _return_balance(unit: Unit, invoice: StripeObject) -> None:
    """What the customer's balance gave to the invoice, or was billed with it, goes back."""
    used = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    if used:
        customer = unit.get("customer", invoice["customer"])
        kind = "unapplied_from_invoice"
        customer_balance.change(
            unit, customer, amount=-used, kind=kind, currency=invoice["currency"], invoice=invoice
        )


def _cancel_payment(unit: Unit, invoice: StripeObject) -> None:
    if "_intent" not in invoice:
        return
    intent = unit.get("payment_intent", invoice["_intent"])
    if intent["status"] in intents.OPEN:
        intents.cancel(unit, intent, reason="void_invoice")
    payment = unit.get("invoice_payment", invoice["_payment"])
    payment["status"] = "canceled"
    payment["status_transitions"]["canceled_at"] = unit.now


def mark_uncollectible(unit: Unit, invoice: StripeObject) -> StripeObject:
    """Give an open invoice up; it can still be paid or voided."""
    if invoice["status"] != "open":
        raise invalid(f"You can only mark an open invoice as uncollectible; this one is {invoice['status']}.")
    invoice.update(status="uncollectible", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["marked_uncollectible_at"] = unit.now
    unit.unschedule("invoice_retry", invoice["id"])
    unit.emit("invoice.marked_uncollectible", invoice)
    return invoice
