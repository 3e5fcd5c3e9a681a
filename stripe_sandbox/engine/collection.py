"""Decides how open invoices are collected and what the result does to their subscription."""

from stripe_sandbox.engine import bank_debits, intents, invoices, payment_methods, pending_updates, retries
from stripe_sandbox.engine.intents import Result
from stripe_sandbox.engine.subscription_timers import plan_timers
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.store.unit import StripeObject, Unit


def note_created_delivered(unit: Unit, invoice_id: str) -> None:
    """The `invoice.created` event of a renewal draft was received: it becomes final one hour from now."""
    invoice = unit.find("invoice", invoice_id)
    if invoice is None or invoice["webhooks_delivered_at"] is not None:
        return
    invoice["webhooks_delivered_at"] = unit.now
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        plan_finalization(unit, invoice, due_at=unit.now + invoices.DRAFT_SECONDS)


def plan_finalization(unit: Unit, invoice: StripeObject, *, due_at: int) -> None:
    """Say when a draft becomes final by itself."""
    invoice["automatically_finalizes_at"] = due_at
    if invoice["collection_method"] == "charge_automatically":
        invoice["next_payment_attempt"] = due_at
    unit.schedule("invoice_finalization", invoice["id"], due_at=due_at)


def finalize_when_due(unit: Unit, invoice_id: str) -> None:
    """Timer: a draft becomes final an hour after its creation was heard of, after 72 hours in any case."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    last_moment = invoice["created"] + invoices.LONGEST_DRAFT_SECONDS
    if invoice["webhooks_delivered_at"] is None and unit.now < last_moment and _is_unheard(unit, invoice_id):
        plan_finalization(unit, invoice, due_at=last_moment)
        return
    try:
        invoices.finalize(unit, invoice)
    except ApiError as error:
        if error.keeps_changes:
            return
        raise
    settle_or_collect(unit, invoice, is_off_session=True)


def _is_unheard(unit: Unit, invoice_id: str) -> bool:
    row = unit.connection.execute(
        "SELECT count(*) AS n FROM deliveries d JOIN events e ON e.id = d.event_id"
        " WHERE e.account = ? AND e.object_id = ? AND e.type = 'invoice.created' AND d.state != 'succeeded'",
        (unit.account_id, invoice_id),
    ).fetchone()
    return bool(row["n"])


def settle_or_collect(unit: Unit, invoice: StripeObject, *, is_off_session: bool) -> Result:
    """What follows finalisation: nothing due is paid at once; a mailed invoice waits; else the card is charged."""
    if invoice["amount_due"] == 0:
        invoices.mark_paid(unit, invoice)
        follow_paid(unit, invoice)
        return Result(status="succeeded")
    if invoice["collection_method"] == "send_invoice":
        unit.emit("invoice.sent", invoice)
        return Result(status="waiting")
    return collect(unit, invoice, is_off_session=is_off_session)


def collect(
    unit: Unit,
    invoice: StripeObject,
    *,
    method: StripeObject | None = None,
    is_manual: bool = False,
    is_off_session: bool = False,
    is_unattended: bool = False,
    return_url: str | None = None,
) -> Result:
    """Charge an open invoice once, with the given card or the one that pays for its subscription.

    `is_off_session`: time collects it, so it is tried again. `is_unattended`: its customer is not there (either way).
    """
    subscription = invoices.subscription_of(unit, invoice)
    customer = unit.get("customer", invoice["customer"])
    method = method or payment_methods.default_for(unit, customer=customer, subscription=subscription)
    intent = unit.get("payment_intent", invoice["_intent"])
    is_first = not invoice["attempted"]
    if not is_manual or is_first:
        invoice["attempt_count"] += 1
    if method is None:
        error = invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. "
            "Please set a `default_payment_method`, or pass one, before attempting to pay."
        )
        result = Result(status="declined", error=error)
    else:
        bank_debits.consent(unit, method)
        result = intents.confirm_payment(
            unit, intent, method, is_unattended=is_unattended or is_off_session, return_url=return_url
        )
    is_automatic = is_off_session and not is_manual
    apply(unit, invoice, result, is_automatic=is_automatic or retries.is_begun_by(invoice, is_first=is_first))
    return result


def apply(unit: Unit, invoice: StripeObject, result: Result, *, is_automatic: bool = False) -> None:
    """Carry the outcome of a payment attempt to the invoice and its subscription."""
    invoice["attempted"] = True
    if result.status == "succeeded":
        invoices.mark_paid(unit, invoice)
        follow_paid(unit, invoice)
        return
    if result.status == "processing":
        _follow_processing(unit, invoice)
        return
    if result.status == "requires_action":
        unit.emit("invoice.payment_action_required", invoice)
    else:
        unit.emit("invoice.payment_failed", invoice)
    _follow_unpaid(unit, invoice)
    if is_automatic:
        retries.plan_next(unit, invoice)
    unit.emit("invoice.updated", invoice)


def follow_paid(unit: Unit, invoice: StripeObject) -> None:
    """What a paid invoice does to its customer and subscription."""
    customer = unit.get("customer", invoice["customer"])
    if customer["delinquent"] and not _has_failed_invoice(unit, customer):
        customer["delinquent"] = False
        unit.emit("customer.updated", customer)
    subscription = invoices.subscription_of(unit, invoice)
    if subscription is None:
        return
    _keep_card(unit, invoice, subscription)
    pending_updates.apply_if_paid(unit, subscription, invoice)
    if subscription["latest_invoice"] == invoice["id"] and subscription["status"] in {
        "incomplete",
        "past_due",
        "unpaid",
    }:
        subscription["status"] = "active"
        unit.unschedule("incomplete_expiry", subscription["id"])
        plan_timers(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)


def _follow_processing(unit: Unit, invoice: StripeObject) -> None:
    """A bank debit is on its way: the invoice stays open, and its subscription begins already (assumed)."""
    unit.emit("invoice.updated", invoice)
    subscription = invoices.subscription_of(unit, invoice)
    if subscription is None or subscription["status"] != "incomplete":
        return
    _keep_card(unit, invoice, subscription)
    subscription["status"] = "active"
    unit.unschedule("incomplete_expiry", subscription["id"])
    plan_timers(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)


def _keep_card(unit: Unit, invoice: StripeObject, subscription: StripeObject) -> None:
    wants = subscription["payment_settings"]["save_default_payment_method"] == "on_subscription"
    if wants and "_intent" in invoice:
        intent = unit.get("payment_intent", invoice["_intent"])
        subscription["default_payment_method"] = intent["payment_method"]


def _has_failed_invoice(unit: Unit, customer: StripeObject) -> bool:
    where = "customer = ? AND json_extract(data, '$.status') = 'open' AND json_extract(data, '$.attempted') = 1"
    return bool(unit.select("invoice", where=where, values=(customer["id"],)))


def _follow_unpaid(unit: Unit, invoice: StripeObject) -> None:
    subscription = invoices.subscription_of(unit, invoice)
    if subscription is not None and pending_updates.is_held_by(subscription, invoice):
        return
    if subscription is not None and subscription["status"] == "active":
        subscription["status"] = "past_due"
        unit.emit("customer.subscription.updated", subscription)
    customer = unit.get("customer", invoice["customer"])
    if not customer["delinquent"] and invoice["billing_reason"] != "subscription_create":
        customer["delinquent"] = True
        unit.emit("customer.updated", customer)


def retry_when_due(unit: Unit, invoice_id: str) -> None:
    """Timer: the next automatic try of an open invoice."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    if not retries.is_hopeless(unit, invoice):
        collect(unit, invoice, is_off_session=True)
        return
    # The slot passes without a charge; it counts all the same.
    invoice["attempt_count"] += 1
    retries.plan_next(unit, invoice)
    unit.emit("invoice.updated", invoice)


def mark_overdue(unit: Unit, invoice_id: str) -> None:
    """Timer: a mailed invoice that is not paid by its due date."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] == "open":
        unit.emit("invoice.overdue", invoice)
        _follow_unpaid(unit, invoice)


def confirm_intent(
    unit: Unit,
    intent: StripeObject,
    method: StripeObject,
    *,
    is_off_session: bool = False,
    may_ask: bool = True,
    is_authenticated: bool = False,
    return_url: str | None = None,
) -> Result:
    """Confirm a payment intent; when it is an invoice's, the invoice and its subscription follow."""
    result = intents.confirm_payment(
        unit,
        intent,
        method,
        is_off_session=is_off_session,
        may_ask=may_ask,
        is_authenticated=is_authenticated,
        return_url=return_url,
    )
    if "_invoice" in intent:
        invoice = unit.get("invoice", intent["_invoice"])
        if not invoice["attempted"]:
            invoice["attempt_count"] += 1
        apply(unit, invoice, result)
    return result
