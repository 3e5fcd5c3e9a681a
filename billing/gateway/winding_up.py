"""What of a customer at Stripe can still cost money or be bought, and how each of it is stopped for good."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.errors import StripeObjectMissing
from billing.gateway.client import call, client
from billing.terms import ObjectKind

_OVER = ("canceled", "incomplete_expired")
_SCHEDULE_LIVES = ("not_started", "active")


@dataclass(frozen=True, slots=True)
class LiveThing:
    """One object to be stopped; `kind` is Stripe's name of it. `is_draft`: an invoice that is still to be written."""

    kind: ObjectKind
    stripe_id: str
    is_draft: bool = False


def is_customer_there(stripe_customer_id: str) -> bool:
    """Whether Stripe has this customer (`cus_…`) and has not deleted it. Raises StripeUnreachable."""
    try:
        found = call(client().v1.customers.retrieve, stripe_customer_id)
    except StripeObjectMissing:
        return False
    return not found.to_dict().get("deleted", False)


def customer_ids_of(organization_uuid: str, *, emails: set[str]) -> list[str]:
    """Customers that were made for this organization, by our mark on them, whatever our rows say. Safe to repeat."""
    found: list[str] = []
    for email in sorted(emails):
        for customer in call(client().v1.customers.list, email=email, limit=100).auto_paging_iter():
            if customer["metadata"].to_dict().get("organization") == organization_uuid:
                found.append(str(customer["id"]))
    return found


def live_things(stripe_customer_id: str) -> list[LiveThing]:
    """What lives of one customer, in the order in which it has to be stopped: first what could make more of it."""
    v1 = client().v1
    customer: dict[str, Any] = {"customer": stripe_customer_id, "limit": 100}
    sessions = call(v1.checkout.sessions.list, status="open", **customer).auto_paging_iter()
    schedules = call(v1.subscription_schedules.list, **customer).auto_paging_iter()
    subscriptions = call(v1.subscriptions.list, status="all", **customer).auto_paging_iter()
    drafts = call(v1.invoices.list, status="draft", **customer).auto_paging_iter()
    invoices = call(v1.invoices.list, status="open", **customer).auto_paging_iter()
    return [
        *(LiveThing(ObjectKind.CHECKOUT_SESSION, found["id"]) for found in sessions),
        *(
            LiveThing(ObjectKind.SUBSCRIPTION_SCHEDULE, found["id"])
            for found in schedules
            if found["status"] in _SCHEDULE_LIVES
        ),
        *(LiveThing(ObjectKind.SUBSCRIPTION, found["id"]) for found in subscriptions if found["status"] not in _OVER),
        *(LiveThing(ObjectKind.INVOICE, found["id"], is_draft=True) for found in drafts if found["auto_advance"]),
        *(LiveThing(ObjectKind.INVOICE, found["id"]) for found in invoices),
    ]


def stop(thing: LiveThing, *, key: str) -> None:
    """End it at once, with no last invoice and no credit; an open invoice is given up, a draft is never written.

    Raises StripeRefused where Stripe will not (such as an invoice that a bank is paying just now), StripeUnreachable.
    One that has ended meanwhile is refused, too: look again. Safe to repeat with the same key.
    """
    v1 = client().v1
    unbilled = {"invoice_now": False, "prorate": False}
    calls: dict[ObjectKind, tuple[Callable[..., Any], dict[str, Any]]] = {
        ObjectKind.CHECKOUT_SESSION: (v1.checkout.sessions.expire, {}),
        ObjectKind.SUBSCRIPTION_SCHEDULE: (v1.subscription_schedules.cancel, unbilled),
        ObjectKind.SUBSCRIPTION: (v1.subscriptions.cancel, unbilled),
        ObjectKind.INVOICE: (v1.invoices.update, {"auto_advance": False})
        if thing.is_draft
        else (v1.invoices.void_invoice, {}),
    }
    method, params = calls[thing.kind]
    call(method, thing.stripe_id, key=key, **params)


def delete_customer(stripe_customer_id: str, *, key: str) -> None:
    """Delete a customer at Stripe: its subscriptions end, its methods are detached, its invoices stay. Final."""
    call(client().v1.customers.delete, stripe_customer_id, key=key)
