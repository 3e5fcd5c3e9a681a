"""Use case: write to the payer, once, how a change of plan ended, or that it waits for its payment."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from billing import clock, notices
from billing.models import Invoice, PlanChange, Subscription, open_staff_task
from billing.money import Money
from billing.selectors.change_progress import change_progress
from billing.selectors.pay_link import pay_url
from billing.selectors.payment_method import charged_payment_method
from billing.terms import ChangeBehaviour, InvoiceStatus, PlanChangeState

# Whoever confirms a payment at once needs no mail about it.
_STANDS_THERE_FOR = timedelta(minutes=15)
_NOT_MADE = (PlanChangeState.FAILED, PlanChangeState.EXPIRED, PlanChangeState.SUPERSEDED)
_OVER = (*_NOT_MADE, PlanChangeState.SUCCEEDED, PlanChangeState.CANCELED)


def announce_plan_changes(now: datetime, *, limit: int = 100) -> int:
    """Put the mails that are due into the outbox; `now` is business time. Returns how many changes were looked at.

    Safe to repeat and in parallel: the mark of a change is committed with its mail. Changes that wait for their
    period's end are told elsewhere.
    """
    at_once = PlanChange.objects.exclude(behaviour=ChangeBehaviour.PERIOD_END.value)
    ended = at_once.filter(state__in=[state.value for state in _OVER], is_announced=False)
    waiting = at_once.filter(
        state=PlanChangeState.AWAITING_PAYMENT.value,
        undo_request_key=None,
        created_at__lt=clock.system_now() - _STANDS_THERE_FOR,
    )
    looked = 0
    for change_id in [*ended.values_list("pk", flat=True)[:limit], *waiting.values_list("pk", flat=True)[:limit]]:
        with transaction.atomic():
            looked += _tell(change_id, now=now)
    return looked


def _tell(change_id: int, *, now: datetime) -> int:
    found = PlanChange.objects.select_for_update(of=("self",)).select_related("price__plan", "from_price__plan")
    change = found.filter(pk=change_id, is_announced=False).first()
    if change is None:
        return 0
    if change.state == PlanChangeState.AWAITING_PAYMENT:
        _tell_waiting(change, now=now)
        return 1
    if change.state == PlanChangeState.SUCCEEDED:
        _tell_made(change, now=now)
    elif change.state in _NOT_MADE:
        _enqueue("plan_change_not_made", change, now=now, reason=change.state, amount=change_progress(change).amount)
    PlanChange.objects.filter(pk=change.pk).update(is_announced=True)
    return 1


def _tell_waiting(change: PlanChange, *, now: datetime) -> None:
    invoice = Invoice.objects.filter(stripe_invoice_id=change.stripe_invoice_id or "-").first()
    if invoice is None or invoice.status != InvoiceStatus.OPEN:
        return  # Its row, or the change's end, is on its way.
    progress = change_progress(change)
    _enqueue(
        "plan_change_waits",
        change,
        now=now,
        progress=progress,
        amount=progress.amount,
        pay_url=pay_url(invoice),
    )


def _tell_made(change: PlanChange, *, now: datetime) -> None:
    preview = change.preview
    subscription = Subscription.objects.filter(stripe_subscription_id=change.stripe_subscription_id).first()
    progress = change_progress(change)
    _alarm_other_sum(change)
    _enqueue(
        "plan_changed",
        change,
        now=now,
        amount=progress.amount if progress.is_paid and progress.amount and progress.amount.amount_minor else None,
        next_amount=Money(preview.next_amount_minor, preview.currency) if preview else None,
        next_at=preview.next_at if preview else None,
        payment_method=charged_payment_method(subscription) if subscription else None,
    )


def _alarm_other_sum(change: PlanChange) -> None:
    """A person looks at it if Stripe billed another sum than was shown; nothing is mended by itself."""
    invoice = Invoice.objects.filter(stripe_invoice_id=change.stripe_invoice_id or "-").first()
    preview = change.preview
    if invoice is None or preview is None or invoice.total_minor == preview.total_minor:
        return
    open_staff_task(
        "plan_change_sum",
        about=str(change.uuid),
        organization_id=change.organization_id,
        summary=f"{invoice} of a change of plan says {invoice.total_minor}, shown were {preview.total_minor}",
    )


def _enqueue(kind: str, change: PlanChange, *, now: datetime, **words: Any) -> None:
    notices.enqueue(
        kind,
        key=f"{kind}:{change.uuid}",
        organization=change.organization,
        cause_at=change.ended_at or now,
        change=change,
        before_name=change.from_price.plan.name if change.from_price else "your plan",
        **words,
    )
