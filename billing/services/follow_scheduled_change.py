"""Reactions: what Stripe says of a subscription or its schedule decides what becomes of the change planned for it."""

from datetime import datetime

from django.db import transaction as database
from django.db.models import F, Q

from billing import audit, notices
from billing.errors import NotYet
from billing.models import (
    PlanChange,
    Subscription,
    SubscriptionSchedule,
    Transition,
    end_change,
    let_go_of_change,
    open_staff_task,
    scheduled_change,
)
from billing.money import Money
from billing.rules.scheduled_change import STATE_AFTER, Present, Verdict, judge
from billing.selectors.planned_change import planned_of
from billing.terms import PlanChangeState, ReleaseReason, ScheduleStatus

_OPEN = (ScheduleStatus.NOT_STARTED.value, ScheduleStatus.ACTIVE.value)
_SHAPES_A_PHASE = ("payment_method", "discounts")
_MAILS: dict[str, str] = {
    ReleaseReason.LANDED.value: "plan_change_happened",
    ReleaseReason.UNDONE.value: "plan_change_taken_back",
    ReleaseReason.ARCHIVED.value: "plan_change_dropped",
}


_EVENTS = {
    ReleaseReason.LANDED: "plan_change_happened",
    ReleaseReason.OVERTAKEN: "plan_change_overtaken",
    ReleaseReason.ARCHIVED: "plan_change_dropped",
    ReleaseReason.PAST_DUE: "plan_change_unpaid",
}


def follow_subscription(transition: Transition, *, now: datetime) -> None:
    """A term or the state of a subscription moved: the change happened, is overtaken, or is to be written anew."""
    change = scheduled_change(transition.stripe_id)
    if change is None:
        return
    _settle(change, now=now)
    if transition.aspect in _SHAPES_A_PHASE:
        _want_rewrite(change)


def follow_schedule(transition: Transition, *, now: datetime) -> None:
    """A schedule ended or has another phase ahead. Where that was not us, it was Stripe's dashboard, which counts.

    Raises NotYet while we are still writing the phases, or see what was before; the reaction is then tried again.
    """
    schedule = SubscriptionSchedule.objects.get(stripe_schedule_id=transition.stripe_id)
    changes = PlanChange.objects.filter(stripe_schedule_id=transition.stripe_id).select_for_update()
    change = changes.order_by("-created_at").first()
    if change is None:
        return
    is_over = schedule.status not in _OPEN
    if change.state == PlanChangeState.RECORDED and not is_over:
        raise NotYet()
    if is_over and change.released_at is None:
        change.released_at = now
        change.save(update_fields=["released_at"])
    _settle(change, now=now)
    change.refresh_from_db()
    if is_over:
        _end(change, ReleaseReason(change.release_reason or ReleaseReason.OVERTAKEN), now=now)
    elif change.state == PlanChangeState.SCHEDULED and _was_edited(schedule, change, now=now):
        if change.written_at and schedule.fetched_at <= change.written_at:
            raise NotYet()  # What we see is older than what we wrote.
        # The schedule is the dashboard's now, and stays.
        change.released_at = now
        change.save(update_fields=["released_at"])
        _end(change, ReleaseReason.OVERTAKEN, now=now)
    elif change.state == PlanChangeState.SCHEDULED and not change.release_reason:
        _tell("plan_change_planned", change, now=now)


def settle_due_changes(now: datetime) -> int:
    """What no transition tells: targets that are sold no more, and days that have come. `now` is business time.

    Returns how many changes were looked at. Safe to repeat.
    """
    is_archived = Q(price__is_active=False) | Q(price__plan__is_archived=True)
    waiting = PlanChange.objects.filter(state=PlanChangeState.SCHEDULED.value, release_reason="")
    due = list(waiting.filter(is_archived | Q(effective_at__lte=now)).select_related("price__plan")[:100])
    for change in due:
        with database.atomic():
            if change.effective_at and change.effective_at > now:
                _drop(change)
            else:
                _settle(change, now=now)
    return len(due)


def _drop(change: PlanChange) -> None:
    """A plan that is sold no more cannot begin: the present one is renewed (rule S10)."""
    _let_go(change, ReleaseReason.ARCHIVED)
    open_staff_task(
        "plan_change_dropped",
        about=str(change.uuid),
        organization_id=change.organization_id,
        summary=f"{change.price.plan} is sold no more: {change.organization}, which was to get it, keeps its plan",
    )


def _settle(change: PlanChange, *, now: datetime) -> None:
    """Record what the subscription says of a waiting change; what is left of it at Stripe a sweep removes."""
    if change.state != PlanChangeState.SCHEDULED:
        return
    row = Subscription.objects.get(stripe_subscription_id=change.stripe_subscription_id)
    present = Present(row.status, row.stripe_price_id, row.quantity, row.current_period_start, row.current_period_end)
    match judge(planned_of(change), present, now=now):
        case Verdict.FOLLOWS:
            _want_rewrite(change)
        case Verdict.LANDED:
            _end(change, ReleaseReason.LANDED, now=now)
        case Verdict.ENDED:
            _end(change, ReleaseReason.ENDED, now=now)
        case Verdict.PAST_DUE:
            _let_go(change, ReleaseReason.PAST_DUE)
        case Verdict.OVERTAKEN:
            _let_go(change, ReleaseReason.OVERTAKEN)
        case Verdict.MISSED:
            _let_go(change, ReleaseReason.OVERTAKEN)
            open_staff_task(
                "plan_change_missed",
                about=str(change.uuid),
                organization_id=change.organization_id,
                summary=f"The change planned for {change.stripe_subscription_id} did not happen on its day",
            )


def _end(change: PlanChange, reason: ReleaseReason, *, now: datetime) -> None:
    """Close the change and tell the payer, each once; the first reason to let go of the schedule stays."""
    has_ended = end_change(change, STATE_AFTER[reason], at=now, failure=reason.value)
    if has_ended and (reason == ReleaseReason.LANDED or not change.release_reason):
        change.release_reason = reason.value
        _note(change, reason)
    change.release_reason = change.release_reason or reason.value
    change.save(update_fields=["release_reason"])
    if change.failure in _MAILS:
        _tell(_MAILS[change.failure], change, now=now)


def _let_go(change: PlanChange, reason: ReleaseReason) -> None:
    if let_go_of_change(change.stripe_subscription_id, reason=reason):
        _note(change, reason)


def _note(change: PlanChange, reason: ReleaseReason) -> None:
    """Put what nobody here decided into the timeline."""
    if reason in _EVENTS:
        audit.record(
            _EVENTS[reason],
            subject=str(change.uuid),
            organization=change.organization,
            actor=None,
            plan=change.price.plan.name,
        )


def _tell(kind: str, change: PlanChange, *, now: datetime) -> None:
    if change.from_price is None:
        return
    notices.enqueue(
        kind,
        key=f"{kind}:{change.uuid}",
        organization=change.organization,
        cause_at=now,
        change=change,
        before=Money(change.from_price.amount_minor * change.from_quantity, change.from_price.currency),
        after=Money(change.price.amount_minor * change.quantity, change.price.currency),
    )


def _was_edited(schedule: SubscriptionSchedule, change: PlanChange, *, now: datetime) -> bool:
    """Whether what the schedule does next is not what we wrote, while that is still ahead."""
    is_ours_pending = change.wanted_revision > change.written_revision or change.revision > change.written_revision
    if is_ours_pending or change.effective_at is None or now >= change.effective_at:
        return False
    planned = (change.price.stripe_price_id, change.quantity, change.effective_at)
    return planned != (schedule.next_stripe_price_id, schedule.next_quantity, schedule.current_phase_end)


def _want_rewrite(change: PlanChange) -> None:
    PlanChange.objects.filter(pk=change.pk, state=PlanChangeState.SCHEDULED.value).update(
        wanted_revision=F("revision") + 1
    )
