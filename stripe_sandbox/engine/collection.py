"""Decides how open invoices are collected and what the result does to their subscription."""

from stripe_sandbox.engine import intents, invoices, payment_methods, pending_updates, schedule_states
from stripe_sandbox.engine.declines import HARD_DECLINES
from stripe_sandbox.engine.intents import Result
from stripe_sandbox.engine.subscription_timers import plan_timers
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.store.unit import StripeObject, Unit, render

DAY_SECONDS = 86400


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
        _follow_paid(unit, invoice)
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
    return_url: str | None = None,
) -> Result:
    """Charge an open invoice once, with the given card or the one that pays for its subscription."""
    subscription = invoices.subscription_of(unit, invoice)
    customer = unit.get("customer", invoice["customer"])
    method = method or payment_methods.default_for(unit, customer=customer, subscription=subscription)
    intent = unit.get("payment_intent", invoice["_intent"])
    if not is_manual or not invoice["attempted"]:
        invoice["attempt_count"] += 1
    if method is None:
        error = invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. "
            "Please set a `default_payment_method`, or pass one, before attempting to pay."
        )
        result = Result(status="declined", error=error)
    else:
        result = intents.confirm_payment(unit, intent, method, return_url=return_url)
    apply(unit, invoice, result, is_automatic=is_off_session and not is_manual)
    return result


def apply(unit: Unit, invoice: StripeObject, result: Result, *, is_automatic: bool = False) -> None:
    """Carry the outcome of a payment attempt to the invoice and its subscription."""
    invoice["attempted"] = True
    if result.status == "succeeded":
        invoices.mark_paid(unit, invoice)
        _follow_paid(unit, invoice)
        return
    if result.status == "requires_action":
        unit.emit("invoice.payment_action_required", invoice)
    else:
        unit.emit("invoice.payment_failed", invoice)
    _follow_unpaid(unit, invoice)
    if is_automatic and result.status != "requires_action":
        _plan_retry(unit, invoice)
    unit.emit("invoice.updated", invoice)


def _follow_paid(unit: Unit, invoice: StripeObject) -> None:
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


def _plan_retry(unit: Unit, invoice: StripeObject) -> None:
    """The switch `retries` is off by default: then Stripe's stand-in tries once and leaves the rest to its user."""
    kind, _, days = str(unit.settings["retries"]).partition(":")
    waits = [int(day) for day in days.split(",")] if kind == "fixed" else []
    tried = invoice.get("_retries", 0)
    if tried < len(waits):
        invoice["_retries"] = tried + 1
        invoice["next_payment_attempt"] = unit.now + waits[tried] * DAY_SECONDS
        unit.schedule("invoice_retry", invoice["id"], due_at=invoice["next_payment_attempt"])
        return
    invoice["next_payment_attempt"] = None
    subscription = invoices.subscription_of(unit, invoice)
    if waits and subscription is not None and unit.settings["after_retries"] == "unpaid":
        subscription["status"] = "unpaid"
        unit.emit("customer.subscription.updated", subscription)
    elif waits and subscription is not None and unit.settings["after_retries"] == "cancel":
        end_unpaid(unit, subscription)


def end_unpaid(unit: Unit, subscription: StripeObject) -> None:
    """The last retry failed and the account's switch says cancel."""
    subscription.update(status="canceled", canceled_at=unit.now, ended_at=unit.now)
    subscription["cancellation_details"]["reason"] = "payment_failed"
    plan_timers(unit, subscription)
    unit.emit("customer.subscription.deleted", subscription)
    pending_updates.drop(unit, subscription)
    schedule_states.cancel_with(unit, subscription, is_aborted=True)


def retry_when_due(unit: Unit, invoice_id: str) -> None:
    """Timer: the next automatic try of an open invoice."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    if not _is_hopeless(unit, invoice):
        collect(unit, invoice, is_off_session=True)
        return
    # The slot passes without a charge; it counts all the same.
    invoice["attempt_count"] += 1
    _plan_retry(unit, invoice)
    unit.emit("invoice.updated", invoice)


def _is_hopeless(unit: Unit, invoice: StripeObject) -> bool:
    """The last try ended in a hard decline and the same card would be charged again."""
    error = unit.get("payment_intent", invoice["_intent"])["last_payment_error"]
    if error is None or error.get("decline_code") not in HARD_DECLINES:
        return False
    customer = unit.get("customer", invoice["customer"])
    subscription = invoices.subscription_of(unit, invoice)
    method = payment_methods.default_for(unit, customer=customer, subscription=subscription)
    return method is not None and method["id"] == error["payment_method"]["id"]


def mark_overdue(unit: Unit, invoice_id: str) -> None:
    """Timer: a mailed invoice that is not paid by its due date."""
    invoice = unit.get("invoice", invoice_id)
    if invoice["status"] == "open":
        unit.emit("invoice.overdue", invoice)
        _follow_unpaid(unit, invoice)


def pay(
    unit: Unit,
    invoice: StripeObject,
    *,
    method: StripeObject | None,
    is_out_of_band: bool = False,
    is_off_session: bool = True,
) -> StripeObject:
    """The call `invoices/pay`. Raises ApiError 402 for a decline or when the customer has to act; both are kept."""
    if invoice["status"] == "draft":
        invoices.finalize(unit, invoice)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(
            "Invoice is already paid" if invoice["status"] == "paid" else "You cannot pay a voided invoice.",
            code=None,
        )
    if is_out_of_band:
        invoices.mark_paid(unit, invoice, is_out_of_band=True)
        _follow_paid(unit, invoice)
        return invoice
    if invoice["amount_due"] == 0:
        invoices.mark_paid(unit, invoice)
        _follow_paid(unit, invoice)
        return invoice
    result = collect(unit, invoice, method=method, is_manual=True, is_off_session=is_off_session)
    if result.status == "requires_action":
        raise _action_required(unit, invoice)
    if result.error is not None:
        result.error.keeps_changes = True
        raise result.error
    return invoice


def _action_required(unit: Unit, invoice: StripeObject) -> ApiError:
    return ApiError(
        "This payment requires additional user action before it can be completed successfully. "
        "Payment can be completed using the PaymentIntent associated with the invoice.",
        status=402,
        type="card_error",
        code="invoice_payment_intent_requires_action",
        is_executed=True,
        keeps_changes=True,
        extra={"payment_intent": render(unit.get("payment_intent", invoice["_intent"]))},
    )


def confirm_intent(
    unit: Unit,
    intent: StripeObject,
    method: StripeObject,
    *,
    is_off_session: bool = False,
    is_authenticated: bool = False,
    return_url: str | None = None,
) -> Result:
    """Confirm a payment intent; when it is an invoice's, the invoice and its subscription follow."""
    result = intents.confirm_payment(
        unit,
        intent,
        method,
        is_off_session=is_off_session,
        is_authenticated=is_authenticated,
        return_url=return_url,
    )
    if "_invoice" in intent:
        invoice = unit.get("invoice", intent["_invoice"])
        if not invoice["attempted"]:
            invoice["attempt_count"] += 1
        apply(unit, invoice, result)
    return result
