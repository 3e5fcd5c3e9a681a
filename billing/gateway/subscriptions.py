"""Subscriptions at Stripe."""

from datetime import datetime
from typing import Any

import stripe

from billing.gateway.client import call, client
from billing.gateway.item_changes import ItemChange


def schedule_cancellation(
    stripe_subscription_id: str, *, feedback: str, comment: str, key: str
) -> stripe.Subscription:
    """End a subscription (`sub_…`) with its paid period or trial. `feedback` is one of Stripe's reasons or empty."""
    details = _details(feedback, comment)
    return call(
        client().v1.subscriptions.update, stripe_subscription_id, key=key, cancel_at_period_end=True, **details
    )


def schedule_cancellation_at(
    stripe_subscription_id: str, *, at: datetime, feedback: str, comment: str, key: str
) -> stripe.Subscription:
    """End a subscription at a moment (UTC). What was paid beyond it is not given back by this."""
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        cancel_at=int(at.timestamp()),
        proration_behavior="none",
        **_details(feedback, comment),
    )


def undo_cancellation(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """Let a subscription that was to end with its period go on."""
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, cancel_at_period_end=False)


def cancel_unbilled(
    stripe_subscription_id: str, *, comment: str, key: str, feedback: str = ""
) -> stripe.Subscription:
    """End a subscription (`sub_…`) at once: no last invoice, no credit, nothing charged (facts S22).

    Stripe stops collecting its invoices; open ones stay open until they are voided. Raises StripeObjectMissing for
    one that has ended.
    """
    return call(
        client().v1.subscriptions.cancel,
        stripe_subscription_id,
        key=key,
        invoice_now=False,
        prorate=False,
        **_details(feedback, comment),
    )


def change_item(
    change: ItemChange, *, payment_behavior: str, metadata: dict[str, str], key: str
) -> stripe.Subscription:
    """Change price and quantity of one item; `metadata` are merged into the subscription's when it takes effect.

    With `pending_if_incomplete` an unpaid change waits in `pending_update`, its metadata with it, for 23 hours or to
    the end of the period (https://docs.stripe.com/billing/subscriptions/pending-updates-reference, read 2026-11).
    Safe to repeat with the same key and values. Raises StripeUnreachable, StripeRefused, CardDeclined.
    """
    return call(
        client().v1.subscriptions.update,
        change.stripe_subscription_id,
        key=key,
        payment_behavior=payment_behavior,
        metadata=metadata,
        **change.params(),
    )


def undo_cancellation_at(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """Let a subscription that was to end at a date go on."""
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, cancel_at="")


def pause_collection(
    stripe_subscription_id: str, *, behaviour: str, resumes_at: datetime, key: str
) -> stripe.Subscription:
    """Collect nothing until `resumes_at` (UTC). The status stays, and periods roll on (facts S24)."""
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        pause_collection={"behavior": behaviour, "resumes_at": int(resumes_at.timestamp())},
    )


def end_pause(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """Collect again from the next renewal on; nothing is charged by this."""
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, pause_collection="")


def begin_period(stripe_subscription_id: str, *, is_at_page: bool, key: str) -> stripe.Subscription:
    """End the pause and charge a whole period that begins now.

    `is_at_page`: the customer waits for it, so that a payment that fails raises CardDeclined and changes nothing.
    Otherwise it is collected as a renewal is, and may leave the subscription past due.
    """
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        pause_collection="",
        billing_cycle_anchor="now",
        proration_behavior="none",
        payment_behavior="error_if_incomplete" if is_at_page else "allow_incomplete",
        off_session=not is_at_page,
    )


def resume_after_trial(stripe_subscription_id: str, *, key: str) -> stripe.Subscription:
    """Take up one whose status is `paused`; active once the invoice of a new period is paid (facts S18)."""
    return call(client().v1.subscriptions.resume, stripe_subscription_id, key=key, billing_cycle_anchor="now")


def _details(feedback: str, comment: str) -> dict[str, Any]:
    given = {"feedback": feedback, "comment": comment}
    details = {name: value for name, value in given.items() if value}
    return {"cancellation_details": details} if details else {}


def set_discounts(stripe_subscription_id: str, *, discounts: list[dict[str, str]], key: str) -> stripe.Subscription:
    """Make these the subscription's only discounts, from its next invoice on; an empty list takes them all away.

    Each entry names a `promotion_code` or a `discount` that is kept. What was paid stays paid. Raises StripeRefused,
    StripeUnreachable. https://docs.stripe.com/api/subscriptions/update (read 2026-11-30).
    """
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, discounts=discounts or "")


def set_default_payment_method(
    stripe_subscription_id: str, *, stripe_payment_method_id: str, key: str
) -> stripe.Subscription:
    """Have this method (`pm_…`) pay the subscription's invoices; it comes before the customer's default.

    Safe to repeat. https://docs.stripe.com/api/subscriptions/update (read 2026-11-30).
    """
    return call(
        client().v1.subscriptions.update,
        stripe_subscription_id,
        key=key,
        default_payment_method=stripe_payment_method_id,
    )


def set_collection(stripe_subscription_id: str, *, days_until_due: int | None, key: str) -> stripe.Subscription:
    """Send later invoices, to be paid within so many days, or charge them with None. Invoices that exist stay.

    Raises StripeRefused, StripeUnreachable. https://docs.stripe.com/billing/collection-method (read 2026-11-30).
    """
    terms: dict[str, Any] = {"collection_method": "charge_automatically"}
    if days_until_due is not None:
        terms = {"collection_method": "send_invoice", "days_until_due": days_until_due}
    return call(client().v1.subscriptions.update, stripe_subscription_id, key=key, **terms)
