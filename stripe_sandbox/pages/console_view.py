"""Decides how the console words its clock, rows and lists; knows no request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from stripe_sandbox.ids import kind_of
from stripe_sandbox.pages import console_reads
from stripe_sandbox.pages.portal_plan_view import period_end_at, recurring_amount
from stripe_sandbox.pages.words import date_text, moment_text, money_text, plural, status_label
from stripe_sandbox.store.unit import StripeObject

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

CONSOLE_URL = "/_sandbox/console"
LONGEST_QUERY = 120
_QUOTED_ID = re.compile(r'(?<=")([a-z]+(?:_[a-z]+)*_[A-Za-z0-9]{8,})(?=")')
_INSIDE_OTHERS = frozenset({"event", "line_item", "subscription_item", "credit_note_line_item", "setup_attempt"})
_AMOUNTS = ("total", "amount", "unit_amount", "amount_total", "amount_off")
_NAMES = ("name", "email", "number", "display_name", "code", "nickname", "description", "url", "type")
BADGES = {
    "succeeded": "paid",
    "won": "paid",
    "pending": "pending",
    "needs_response": "past_due",
    "under_review": "pending",
    "failed": "failed",
    "lost": "failed",
    "disputed": "past_due",
}
KIND_LABELS = {
    "billing_portal.configuration": "Portal configuration",
    "billing_portal.session": "Portal session",
    "checkout.session": "Checkout session",
    "invoiceitem": "Invoice item",
    "radar.early_fraud_warning": "Early fraud warning",
    "test_helpers.test_clock": "Test clock",
}
DELIVERY_LABELS = {
    "pending": ("pending", "Waiting"),
    "succeeded": ("delivered", "Delivered"),
    "failed": ("failed", "Failed"),
}


def clock_words(sandbox: Sandbox) -> dict[str, Any]:
    """Return now, what comes next and the lead over system time, in words; all times are UTC."""
    now = sandbox.clock.exact()
    offset = sandbox.clock.body()["offset_seconds"]
    due_at = sandbox.time_engine.next_due()
    day, _, time = moment_text(now).partition(", ")
    return {
        "day": day,
        "time": f"{time} UTC",
        "due": date_text(due_at) if due_at is not None else "Nothing",
        "has_due": due_at is not None,
        "due_detail": _due_detail(due_at, now=now),
        "lead": lead_text(offset),
        "lead_detail": "It only goes forward. A reset brings it back.",
        "state": "moving" if sandbox.clock.is_advancing else "",
    }


def _due_detail(due_at: int | None, *, now: float) -> str:
    if due_at is None:
        return "No trial, period or retry is running."
    if due_at <= now:
        return "At this moment"
    return f"{moment_text(due_at).partition(', ')[2]} UTC, {lead_text(due_at - now)} from now"


def lead_text(seconds: float) -> str:
    """Return a span of time in its largest fitting unit."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size - 30:
            return plural(int(seconds / size + 0.5), unit)
    return plural(int(seconds), "second") if seconds > 2 else "none"


def object_url(kind: str, object_id: str) -> str:
    """Return the console's page on one object."""
    return f"{CONSOLE_URL}/objects/{kind}/{object_id}"


def pretty(thing: Any) -> str:
    """Return JSON for reading; private keys, which the API never shows, are left out."""
    if isinstance(thing, dict):
        thing = {key: value for key, value in thing.items() if not key.startswith("_")}
    return json.dumps(thing, indent=2, ensure_ascii=False)


def linked(text: str, *, own_id: str) -> list[dict[str, str]]:
    """Return JSON text cut into pieces, those that name another object with the address of its page."""
    pieces = []
    for index, piece in enumerate(_QUOTED_ID.split(text)):
        kind = kind_of(piece) if index % 2 and piece != own_id else None
        url = object_url(kind, piece) if kind and kind not in _INSIDE_OTHERS else ""
        pieces.append({"text": piece, "url": url})
    return pieces


def kind_label(kind: str) -> str:
    """Return the reader's word for a kind of object."""
    return KIND_LABELS.get(kind, kind.replace("_", " ").replace(".", " ").capitalize())


def badge_of(status: str) -> str:
    """Return the badge of the same meaning; a status that has one of its own keeps it."""
    return BADGES.get(status, status)


def object_row(thing: StripeObject) -> dict[str, Any]:
    """Return a row of the table of all objects."""
    kind, status = thing["object"], thing.get("status")
    return {
        "id": thing["id"],
        "url": object_url(kind, thing["id"]),
        "kind": kind_label(kind),
        "words": _summary(thing),
        "status": badge_of(status) if isinstance(status, str) else "",
        "has_status": isinstance(status, str),
        "status_label": status_label(status) if isinstance(status, str) else "",
        "created": date_text(thing["created"]) if thing.get("created") else "",
        "is_deleted": bool(thing.get("_is_deleted")),
    }


def _summary(thing: StripeObject) -> str:
    """Return what tells one object of its kind from the next: a sum, else a name."""
    currency = thing.get("currency")
    amount = next((thing[key] for key in _AMOUNTS if isinstance(thing.get(key), int)), None)
    if currency and amount is not None:
        return money_text(amount, currency=currency)
    return next((str(thing[key]) for key in _NAMES if isinstance(thing.get(key), str)), "")


def customer_row(sandbox: Sandbox, customer: StripeObject) -> dict[str, Any]:
    """Return a row of the customers' table."""
    planned = {fault["match"].get("customer") for fault in sandbox.faults.listed() if fault["name"] == "decline"}
    return {
        "id": customer["id"],
        "url": object_url("customer", customer["id"]),
        "name": customer.get("name") or customer.get("email") or "No name",
        "email": customer.get("email") if customer.get("name") else None,
        "created": date_text(customer["created"]),
        "is_deleted": bool(customer.get("_is_deleted")),
        "will_decline": customer["id"] in planned,
    }


def subscription_row(sandbox: Sandbox, subscription: StripeObject) -> dict[str, Any]:
    """Return a row of the subscriptions' table."""
    end_at = period_end_at(subscription)
    cancel_at = subscription.get("cancel_at")
    ended_at = subscription.get("ended_at")
    if ended_at:
        until = f"Ended {date_text(ended_at)}"
    elif cancel_at:
        until = f"Ends {date_text(cancel_at)}"
    else:
        word = "Trial ends" if subscription["status"] == "trialing" else "Renews"
        until = f"{word} {date_text(end_at)}" if end_at else "No period"
    return {
        "id": subscription["id"],
        "url": object_url("subscription", subscription["id"]),
        "product": _product_names(sandbox, subscription),
        "customer": customer_name(sandbox, subscription.get("customer")),
        "status": subscription["status"],
        "status_label": status_label(subscription["status"]),
        "amount": recurring_amount(subscription) or "By use",
        "until": until,
    }


def invoice_row(sandbox: Sandbox, invoice: StripeObject) -> dict[str, Any]:
    """Return a row of the invoices' table."""
    return {
        "id": invoice["id"],
        "url": object_url("invoice", invoice["id"]),
        "number": invoice.get("number") or "No number yet",
        "customer": customer_name(sandbox, invoice.get("customer")),
        "amount": money_text(invoice["total"], currency=invoice["currency"]),
        "status": invoice["status"],
        "status_label": status_label(invoice["status"]),
        "created": date_text(invoice["created"]),
        "attempts": plural(invoice.get("attempt_count") or 0, "attempt"),
        "page_url": invoice.get("hosted_invoice_url"),
    }


def event_row(event: StripeObject) -> dict[str, Any]:
    """Return an entry of the event log, with its deliveries."""
    states = {delivery["state"] for delivery in event["deliveries"]}
    worst = next((state for state in ("failed", "pending", "succeeded") if state in states), None)
    badge, label = DELIVERY_LABELS.get(worst or "", ("", "No endpoint"))
    return {
        "id": event["id"],
        "type": event["type"],
        "created": moment_text(event["created"]),
        "badge": badge,
        "label": label,
        "body": pretty(json.loads(event["body"])),
        "object_id": event["object_id"],
        "deliveries": [_delivery_row(delivery) for delivery in event["deliveries"]],
    }


def _delivery_row(delivery: StripeObject) -> dict[str, str]:
    badge, label = DELIVERY_LABELS.get(delivery["state"], ("", delivery["state"]))
    parts = urlsplit(delivery["url"])
    answer = delivery["last_error"] or (
        f"answered {delivery['last_status']}" if delivery["last_status"] else "not tried yet"
    )
    next_try = f", next try {moment_text(delivery['due_at'])}" if badge == "pending" else ""
    return {
        "endpoint": f"{parts.netloc}{parts.path}",
        "badge": badge,
        "label": label,
        "answer": f"{plural(delivery['attempts'], 'attempt')}, {answer}{next_try}",
    }


def request_row(request: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the request log."""
    query = f"?{unquote(request['query'])}" if request["query"] else ""
    return {
        "method": request["method"],
        "path": request["path"] + query[:LONGEST_QUERY],
        "answer": f"{request['status']} in {request['milliseconds']:.0f} ms",
        "id": request["id"],
        "key": request["idempotency_key"],
        "is_replay": request["is_replay"],
    }


def fault_row(fault: StripeObject) -> dict[str, str]:
    """Return a planned fault in words."""
    where = [f"{key} {value}" for key, value in fault["match"].items()]
    share = f", {fault['probability']:.0%} of them" if fault["probability"] < 1 else ""
    seed = f", seed {fault['seed']}" if fault["seed"] is not None else ""
    return {
        "name": fault["name"],
        "left": ("each time" if fault["times"] is None else plural(fault["times"], "time")) + share + seed,
        "where": ", ".join(where) or "anywhere",
    }


def customer_name(sandbox: Sandbox, customer_id: str | None) -> str:
    """Return who a customer is, as far as anything is known."""
    customer = console_reads.find_object(sandbox, kind="customer", object_id=customer_id) if customer_id else None
    if customer is None:
        return customer_id or "No customer"
    return str(customer.get("name") or customer.get("email") or customer["id"])


def _product_names(sandbox: Sandbox, subscription: StripeObject) -> str:
    names = []
    for item in (subscription.get("items") or {}).get("data") or []:
        product_id = item["price"].get("product")
        product = console_reads.find_object(sandbox, kind="product", object_id=str(product_id))
        names.append((product or {}).get("name") or str(product_id))
    return ", ".join(names) or "No items"
