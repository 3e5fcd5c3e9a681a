"""What a mail may say: whether its cause still stands at the end, and whether it ever was.

A mail about what stands must be there in every order. One about what passed may be missing. None may tell what never
was, and none may come twice for one cause.
"""

from collections import Counter
from typing import Any

from billing.models import Invoice, Notice, Refund, Subscription
from billing.terms import InvoiceStatus, RefundStatus, SubscriptionStatus
from tests.flows.convergence.recording import Recording

_BEGUN = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
_FAILURES = ("invoice.payment_failed", "invoice.payment_action_required")


def stands(notice: Notice, recording: Recording) -> bool:
    """Whether what the mail tells is still so, and has been all the time."""
    stripe_id = notice.key.split(":")[1]
    if notice.kind == "receipt":
        return Invoice.objects.get(stripe_invoice_id=stripe_id).status == InvoiceStatus.PAID
    if notice.kind in ("payment_failed", "action_required"):
        return Invoice.objects.get(stripe_invoice_id=stripe_id).status == InvoiceStatus.OPEN
    if notice.kind == "refund_sent":
        return Refund.objects.get(stripe_refund_id=stripe_id).status == RefundStatus.SUCCEEDED
    subscription = Subscription.objects.get(stripe_subscription_id=stripe_id)
    match notice.kind:
        case "subscription_started":
            # Who sees it first when a payment has failed does not tell of its beginning any more.
            return set(recording.states[stripe_id]) <= {*_BEGUN, SubscriptionStatus.INCOMPLETE}
        case "subscription_ended":
            return subscription.status == SubscriptionStatus.CANCELED
        case "cancellation_scheduled":
            return subscription.cancel_at is not None and subscription.ended_at is None
        case "subscription_paused":
            return subscription.is_collection_paused and subscription.ended_at is None
        case "subscription_resumed":
            return False  # Who sees it only when the pause is over has nothing to tell.
    raise AssertionError(f"A mail that nothing here causes: {notice.key}")


def unfounded(recording: Recording) -> list[str]:
    """Mails that tell what never was, that came too often for it, or that went to somebody else."""
    told = Counter((notice.kind, notice.key.split(":")[1]) for notice in Notice.objects.all())
    causes = _causes(recording.events)
    faults = [
        f"{kind} of {stripe_id}: {count} mails"
        for (kind, stripe_id), count in told.items()
        if count > causes[kind, stripe_id]
    ]
    for notice in Notice.objects.select_related("organization"):
        stripe_id = notice.key.split(":")[1]
        found = (
            Invoice.objects.filter(stripe_invoice_id=stripe_id),
            Subscription.objects.filter(stripe_subscription_id=stripe_id),
            Refund.objects.filter(stripe_refund_id=stripe_id),
        )
        rows = [owner for kind in found for owner in kind.values_list("organization", flat=True)]
        if rows != [notice.organization_id]:
            faults.append(f"{notice.key} went to {notice.organization}")
    return faults


def _causes(events: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How often each kind of mail may be sent for each object, by what happened at Stripe."""
    causes: Counter[tuple[str, str]] = Counter()
    ending: dict[str, bool] = {}
    paused: dict[str, bool] = {}
    for event in events:
        obj = event["data"]["object"]
        if event["type"] in _FAILURES:
            causes["payment_failed", obj["id"]] = 1
        if event["type"] == "invoice.paid" and obj["amount_paid"] > 0:
            causes["receipt", obj["id"]] = 1
        if obj["object"] == "refund" and obj["status"] == RefundStatus.SUCCEEDED:
            causes["refund_sent", obj["id"]] = 1
        if event["type"] == "invoice.payment_action_required":
            causes["action_required", obj["id"]] = 1
        if obj["object"] != "subscription":
            continue
        if obj["status"] in _BEGUN:
            causes["subscription_started", obj["id"]] = 1
        if obj["status"] == SubscriptionStatus.CANCELED:
            causes["subscription_ended", obj["id"]] = 1
        is_ending = obj["cancel_at"] is not None and obj["ended_at"] is None
        causes["cancellation_scheduled", obj["id"]] += is_ending and not ending.get(obj["id"], False)
        ending[obj["id"]] = is_ending
        is_paused, was_paused = obj["pause_collection"] is not None, paused.get(obj["id"], False)
        causes["subscription_paused", obj["id"]] += is_paused and not was_paused
        causes["subscription_resumed", obj["id"]] += was_paused and not is_paused
        paused[obj["id"]] = is_paused
    return causes
