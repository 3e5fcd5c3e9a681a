"""Decides which function runs when something falls due; one name for each kind of timer."""

from collections.abc import Callable

from stripe_sandbox.engine import charging, checkout, collection, intents, renewal, subscriptions
from stripe_sandbox.store.unit import Unit

HANDLERS: dict[str, Callable[[Unit, str], None]] = {
    "capture_expiry": intents.expire_authorisation,
    "charge_settlement": charging.settle,
    "checkout_expiry": checkout.expire_when_due,
    "funds_available": charging.make_funds_available,
    "incomplete_expiry": subscriptions.expire_incomplete,
    "invoice_due": collection.mark_overdue,
    "invoice_finalization": collection.finalize_when_due,
    "invoice_retry": collection.retry_when_due,
    "invoice_upcoming": renewal.announce_invoice,
    "subscription": renewal.act_when_due,
    "trial_will_end": renewal.announce_trial_end,
}
