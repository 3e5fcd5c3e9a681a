"""Writes the typed row of a subscription and says which of its states moved."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from billing.gateway import objects
from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.discount import write_discounts
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.rows.subscription_items import write_items
from billing.mirror.rows.subscription_terms import changed_terms, terms_of
from billing.mirror.written import Change, Fetched, Written, status_change
from billing.models import Invoice, PaymentMethod, Subscription, SubscriptionSchedule
from billing.models.access_record import record_subscription
from billing.terms import ObjectKind, SubscriptionStatus

# A period begins where its trial ends; the rest is for Stripe's own clocks.
_BEGINS_WITHIN = timedelta(hours=1)


def ask_more(obj: Any) -> dict[str, Any]:
    """The latest invoices of a paused subscription: they say until when it is paid, however late we look."""
    is_paused = shapes.value(obj, "pause_collection") is not None
    return {"invoices": objects.list_subscription_invoices(obj["id"]) if is_paused else []}


def write(fetched: Fetched) -> Written:
    row = Subscription.objects.select_for_update().filter(stripe_subscription_id=fetched.ref.stripe_id).first()
    if fetched.obj is None:
        return _write_missing(row, fetched)
    if row is None:
        row = Subscription(stripe_subscription_id=fetched.ref.stripe_id)
    before, was_ending, paid_until = row.status, _is_ending(row), row.current_period_end
    terms = terms_of(row) if row.pk else None
    was_waiting = _is_waiting(row)
    was_paused = _is_paused(row)
    fill(row, fetched.obj)
    row.is_past_due_since_trial = _is_past_due_since_trial(row, before=before)
    row.past_due_at = _past_due_at(row, before=before, now=fetched.business_at)
    row.paused_paid_until = _paused_paid_until(row, paid_until, invoices=fetched.extra.get("invoices", []))
    row.fetched_at = fetched.system_at
    row.save()
    write_items(row, fetched.obj)
    record_subscription(row, business_at=fetched.business_at, observed_at=fetched.system_at)
    write_discounts(
        shapes.subscription_discounts(fetched.obj),
        stripe_customer_id=row.stripe_customer_id,
        stripe_subscription_id=row.stripe_subscription_id,
        now=fetched.system_at,
    )
    return Written(
        row.organization_id,
        changes=(
            *status_change(before, row.status),
            *_cancellation_change(was_ending, _is_ending(row)),
            *(changed_terms(terms, terms_of(row)) if terms else ()),
            *_pending_update_change(was_waiting, _is_waiting(row)),
            *_collection_change(row, was_paused=was_paused),
        ),
        follow=_follow(row, fetched.obj),
    )


def _write_missing(row: Subscription | None, fetched: Fetched) -> Written:
    """Stripe does not know it (any more): it is over, and our row stays as history."""
    if row is None or row.ended_at is not None:
        return Written()
    before = row.status
    row.status = SubscriptionStatus.CANCELED
    row.ended_at = fetched.business_at
    row.fetched_at = fetched.system_at
    row.save()
    record_subscription(row, business_at=fetched.business_at, observed_at=fetched.system_at)
    return Written(row.organization_id, changes=status_change(before, row.status))


def fill(row: Subscription, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    item = shapes.value(obj, "items", "data", 0)
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.status = shapes.text(obj, "status")
    row.stripe_price_id = shapes.text(item, "price")
    row.quantity = shapes.value(item, "quantity") or 1
    row.currency = shapes.text(obj, "currency")
    row.collection_method = shapes.text(obj, "collection_method")
    row.days_until_due = shapes.value(obj, "days_until_due")
    row.stripe_payment_method_id = shapes.text(obj, "default_payment_method")
    row.stripe_latest_invoice_id = shapes.text(obj, "latest_invoice")
    row.stripe_schedule_id = shapes.text(obj, "schedule")
    row.created_at = shapes.created_at(obj)
    row.current_period_start, row.current_period_end = shapes.subscription_period(obj)
    row.trial_start = shapes.moment(obj, "trial_start")
    row.trial_end = shapes.moment(obj, "trial_end")
    row.cancel_at = shapes.moment(obj, "cancel_at")
    row.cancel_at_period_end = bool(shapes.value(obj, "cancel_at_period_end"))
    row.canceled_at = shapes.moment(obj, "canceled_at")
    row.ended_at = shapes.moment(obj, "ended_at")
    row.cancellation_reason = shapes.text(obj, "cancellation_details", "reason")
    row.missing_card_policy = shapes.text(obj, "trial_settings", "end_behavior", "missing_payment_method")
    row.pending_update_reference = shapes.text(obj, "pending_update", "metadata", "plan_change")
    row.pending_update_expires_at = shapes.moment(obj, "pending_update", "expires_at")
    row.is_collection_paused = shapes.value(obj, "pause_collection") is not None
    row.resumes_at = shapes.moment(obj, "pause_collection", "resumes_at")


def _past_due_at(row: Subscription, *, before: str, now: datetime) -> datetime | None:
    """Set once when a run of failed payments begins, so that grace never restarts; cleared when it is over."""
    if row.status != SubscriptionStatus.PAST_DUE:
        return None
    return row.past_due_at if before == SubscriptionStatus.PAST_DUE and row.past_due_at else now


def _is_past_due_since_trial(row: Subscription, *, before: str) -> bool:
    """Set once with `past_due_at`: the period that was not paid is the one that began where the trial ended."""
    if row.status != SubscriptionStatus.PAST_DUE or before == SubscriptionStatus.PAST_DUE:
        return row.status == SubscriptionStatus.PAST_DUE and row.is_past_due_since_trial
    if row.trial_end is None or row.current_period_start is None:
        return False
    return abs(row.current_period_start - row.trial_end) < _BEGINS_WITHIN


def _paused_paid_until(row: Subscription, paid_until: datetime | None, *, invoices: list[Any]) -> datetime | None:
    """The end of the latest period whose invoice the pause did not hold back; Stripe rolls periods on meanwhile.

    Where no invoice tells, it is the end that our row knew when the pause was first seen.
    """
    if not row.is_collection_paused:
        return None
    billed = (shapes.invoice_paid_until(one) for one in invoices if not shapes.invoice_is_held_back(one))
    told = next((end for end in billed if end is not None), None)
    return told or row.paused_paid_until or paid_until or row.current_period_end


def _is_paused(row: Subscription) -> bool:
    return row.is_collection_paused and row.ended_at is None


def _collection_change(row: Subscription, *, was_paused: bool) -> tuple[Change, ...]:
    """A pause that ends with its subscription is no return."""
    if row.ended_at is not None or was_paused == _is_paused(row):
        return ()
    words = {False: "collecting", True: "paused"}
    return (Change(words[was_paused], words[not was_paused], aspect="collection"),)


def _is_ending(row: Subscription) -> bool:
    return row.cancel_at is not None and row.ended_at is None


def _cancellation_change(before: bool, after: bool) -> tuple[Change, ...]:
    if before == after:
        return ()
    words = {False: "none", True: "scheduled"}
    return (Change(words[before], words[after], aspect="cancellation"),)


def _is_waiting(row: Subscription) -> bool:
    return row.pending_update_expires_at is not None


def _pending_update_change(before: bool, after: bool) -> tuple[Change, ...]:
    """A change of plan began or ceased to wait for its payment; what became of it, the price says."""
    if before == after:
        return ()
    words = {False: "none", True: "waiting"}
    return (Change(words[before], words[after], aspect="pending_update"),)


def _follow(row: Subscription, obj: Any) -> tuple[ObjectRef, ...]:
    """Embedded objects are hints: refresh those of which our row is missing or differs."""
    follow = list(ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id))
    invoice_id = row.stripe_latest_invoice_id
    status = shapes.text(obj, "latest_invoice", "status")
    known = Invoice.objects.filter(stripe_invoice_id=invoice_id).values_list("status", flat=True).first()
    if invoice_id and (known is None or (status and known != status)):
        follow.append(ObjectRef(ObjectKind.INVOICE, invoice_id))
    card = row.stripe_payment_method_id
    if card and not PaymentMethod.objects.filter(stripe_payment_method_id=card).exists():
        follow.append(ObjectRef(ObjectKind.PAYMENT_METHOD, card))
    schedule_id = row.stripe_schedule_id
    if schedule_id and not SubscriptionSchedule.objects.filter(stripe_schedule_id=schedule_id).exists():
        follow.append(ObjectRef(ObjectKind.SUBSCRIPTION_SCHEDULE, schedule_id))
    return tuple(follow)
