"""Decides which function runs when something falls due; one name for each kind of timer."""

from collections.abc import Callable

from stripe_sandbox.engine import (
    charging,
    checkout,
    collection,
    coupons,
    fraud_warnings,
    intents,
    ledger,
    promotion_codes,
    refunds,
    renewal,
    subscriptions,
)
from stripe_sandbox.store.unit import Unit

HANDLERS: dict[str, Callable[[Unit, str], None]] = {
    "capture_expiry": intents.expire_authorisation,
    "card_fraud_warning": fraud_warnings.raise_for_card,
    "charge_settlement": charging.settle,
    "checkout_expiry": checkout.expire_when_due,
    "coupon_expiry": coupons.expire_when_due,
    "funds_available": ledger.make_available,
    "incomplete_expiry": subscriptions.expire_incomplete,
    "invoice_due": collection.mark_overdue,
    "invoice_finalization": collection.finalize_when_due,
    "invoice_retry": collection.retry_when_due,
    "invoice_upcoming": renewal.announce_invoice,
    "promotion_code_expiry": promotion_codes.expire_when_due,
    "refund_outcome": refunds.settle_when_due,
    "subscription": renewal.act_when_due,
    "trial_will_end": renewal.announce_trial_end,
}
