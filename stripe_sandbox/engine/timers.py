"""Decides which function runs when something falls due; one name for each kind of timer."""

from collections.abc import Callable

from stripe_sandbox.engine import (
    captures,
    charging,
    checkout,
    collection,
    coupons,
    discounts,
    disputes,
    fraud_warnings,
    ledger,
    pauses,
    pending_updates,
    promotion_codes,
    refunds,
    renewal,
    schedule_states,
    schedules,
    subscriptions,
    test_clocks,
)
from stripe_sandbox.store.unit import Unit

HANDLERS: dict[str, Callable[[Unit, str], None]] = {
    "capture_expiry": captures.expire,
    "card_dispute": disputes.open_for_card,
    "card_fraud_warning": fraud_warnings.raise_for_card,
    "charge_settlement": charging.settle,
    "checkout_expiry": checkout.expire_when_due,
    "collection_resumption": pauses.resume_when_due,
    "coupon_expiry": coupons.expire_when_due,
    "discount_end": discounts.end_when_due,
    "dispute_due": disputes.pass_due_date,
    "dispute_verdict": disputes.decide_when_due,
    "funds_available": ledger.make_available,
    "incomplete_expiry": subscriptions.expire_incomplete,
    "invoice_due": collection.mark_overdue,
    "invoice_finalization": collection.finalize_when_due,
    "invoice_retry": collection.retry_when_due,
    "inquiry_close": disputes.close_inquiry_when_due,
    "invoice_upcoming": renewal.announce_invoice,
    "pending_update_expiry": pending_updates.expire,
    "promotion_code_expiry": promotion_codes.expire_when_due,
    "refund_outcome": refunds.settle_when_due,
    "schedule_expiring": schedule_states.announce_end,
    "schedule_phase": schedules.advance,
    "subscription": schedules.act_on_subscription,
    "test_clock_expiry": test_clocks.delete_when_due,
    "trial_will_end": renewal.announce_trial_end,
}
