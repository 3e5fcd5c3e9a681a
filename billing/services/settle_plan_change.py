"""Reaction and sweep: a change of plan that waits for its payment came to its end, or its answer was lost."""

from datetime import datetime

from django.db.models import QuerySet

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Invoice, PlanChange, Transition, settle_change
from billing.selectors.change_outcome import outcome_now
from billing.terms import ChangeBehaviour, ObjectKind, PlanChangeState

_UNSETTLED = (PlanChangeState.RECORDED.value, PlanChangeState.AWAITING_PAYMENT.value)


def settle_plan_change(transition: Transition, *, now: datetime) -> None:
    """Bring the change of this subscription, or of this invoice's, to what the fetched rows say. Safe to repeat."""
    subscription_id = transition.stripe_id
    if transition.kind == ObjectKind.INVOICE:
        invoices = Invoice.objects.filter(stripe_invoice_id=transition.stripe_id)
        subscription_id = invoices.values_list("stripe_subscription_id", flat=True).first() or ""
    for change in _unsettled().filter(stripe_subscription_id=subscription_id):
        settle_change(change, outcome_now(change, now=now), at=now)


def settle_overdue_changes(now: datetime, *, limit: int = 100) -> int:
    """End changes whose time to be paid is over; `now` is business time. Returns how many were looked at.

    Where our rows do not show the end yet, Stripe is asked. Safe to repeat.
    """
    overdue = _unsettled().filter(state=PlanChangeState.AWAITING_PAYMENT.value, pays_until__lte=now)
    refs: dict[str, ObjectRef] = {}
    changes = list(overdue.order_by("pk")[:limit])
    for change in changes:
        settle_change(change, outcome_now(change, now=now), at=now)
        if change.state == PlanChangeState.AWAITING_PAYMENT:
            ref = ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id)
            refs[ref.key] = ref
    # What is asked for already, and waits for Stripe, is not asked for again each time.
    work.want(refs[key] for key in work.finished(refs))
    return len(changes)


def _unsettled() -> QuerySet[PlanChange]:
    rows = PlanChange.objects.filter(state__in=_UNSETTLED).exclude(behaviour=ChangeBehaviour.PERIOD_END.value)
    return rows.select_related("preview", "price", "from_price")
