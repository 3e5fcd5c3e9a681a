"""Decides how the collection of a subscription's invoices is paused and taken up again; its status stays."""

from stripe_sandbox.engine import invoices
from stripe_sandbox.store.unit import StripeObject, Unit

TIMER = "collection_resumption"


def pause(unit: Unit, subscription: StripeObject, *, behavior: str, resumes_at: int | None) -> None:
    """Hold the invoices to come back: kept as drafts, given up or voided. The caller emits the event."""
    subscription["pause_collection"] = {"behavior": behavior, "resumes_at": resumes_at}
    unit.unschedule(TIMER, subscription["id"])
    if resumes_at is not None:
        unit.schedule(TIMER, subscription["id"], due_at=resumes_at)


def unpause(unit: Unit, subscription: StripeObject) -> None:
    """Collect the invoices to come; drafts kept meanwhile stay drafts. The caller emits the event."""
    subscription["pause_collection"] = None
    unit.unschedule(TIMER, subscription["id"])


def resume_when_due(unit: Unit, subscription_id: str) -> None:
    """Timer: the pause has lasted as long as was asked for."""
    subscription = unit.get("subscription", subscription_id)
    unpause(unit, subscription)
    unit.emit("customer.subscription.updated", subscription)


def holds_back_next(subscription: StripeObject) -> bool:
    """Whether the renewal to come meets the pause. Documented: it is not announced then."""
    paused = subscription["pause_collection"]
    if paused is None:
        return False
    renews_at = min(item["current_period_end"] for item in subscription["items"]["data"])
    return paused["resumes_at"] is None or bool(paused["resumes_at"] > renews_at)


def hold_back(unit: Unit, subscription: StripeObject, invoice: StripeObject) -> bool:
    """Whether collection is paused; then the draft is dealt with as the pause says.

    That a draft is given up or voided when it is made, not an hour later, is assumed.
    """
    pause_collection = subscription["pause_collection"]
    if pause_collection is None:
        return False
    invoice["auto_advance"] = False
    if pause_collection["behavior"] == "keep_as_draft":
        return True
    invoices.finalize(unit, invoice)
    if invoice["amount_due"] == 0:
        invoices.mark_paid(unit, invoice)
    elif pause_collection["behavior"] == "void":
        invoices.void(unit, invoice)
    else:
        invoices.mark_uncollectible(unit, invoice)
    return True
