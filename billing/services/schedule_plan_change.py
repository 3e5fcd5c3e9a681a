"""Use case: let another plan begin when the paid period ends, replace that plan, or take it back before."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.errors import (
    BillingError,
    CancellationPending,
    ChangeArranged,
    NoChangePending,
    NotFound,
    PreviewStale,
    StripeRefused,
    UnderWay,
    UnknownPlan,
)
from billing.gateway.change_basis import read_change_basis
from billing.mirror.schedules import (
    attach_schedule,
    look_at_schedule,
    refuse_arranged,
    release_schedule,
    write_phases,
)
from billing.models import (
    ChangePreview,
    PlanChange,
    Subscription,
    end_change,
    let_go_of_change,
    open_staff_task,
    scheduled_change,
)
from billing.rules.actions import require
from billing.rules.scheduled_change import STATE_AFTER
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.terms import (
    ChangeBehaviour,
    PlanChangeState,
    ReleaseReason,
    SubscriptionAction,
)

_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, choose again."


def schedule_plan_change(
    organization: Organization, *, preview_uuid: UUID, request_key: UUID, actor: User | None, now: datetime
) -> PlanChange:
    """Let the previewed plan begin when the paid period or trial ends. `now` is business time.

    A change that is planned already is replaced; a wish for what is planned already gives that, and leaves no trace.
    Safe to repeat with the same `request_key`. Raises NotFound, PreviewStale, UnknownPlan, what the table of actions
    refuses, ChangeArranged, UnderWay, StripeRefused, StripeUnreachable (the wish is kept and carried out later).
    """
    change = PlanChange.objects.filter(organization=organization, request_key=request_key).first()
    if change is not None:
        return _carry_out(change)
    preview = _preview(organization, preview_uuid)
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.CHANGE_PLAN, lifecycle.state)
    waiting = lifecycle.change
    if waiting and (waiting.price_id, waiting.quantity) == (preview.price_id, preview.quantity):
        return _carry_out(waiting)
    _refuse_unless_as_shown(preview)
    return _carry_out(_record(preview, request_key=request_key, actor=actor))


def _preview(organization: Organization, preview_uuid: UUID) -> ChangePreview:
    found = ChangePreview.objects.select_related("price__plan", "from_price")
    preview = found.filter(organization=organization, uuid=preview_uuid).first()
    if preview is None or preview.behaviour != ChangeBehaviour.PERIOD_END:
        raise NotFound("There is no such offer, or it belongs to another organization. Nothing was changed.")
    return preview


def _refuse_unless_as_shown(preview: ChangePreview) -> None:
    """Nothing that the shown sum rests on may have changed; the day is the end of the period that it was shown in."""
    if not preview.price.is_active or preview.price.plan.is_archived:
        raise UnknownPlan("This plan is not on sale any more. Nothing was changed.")
    is_late = clock.system_now() >= preview.expires_at
    if is_late or read_change_basis(preview.stripe_subscription_id).digest != preview.basis:
        raise PreviewStale()
    refuse_arranged(preview.stripe_subscription_id)


def undo_scheduled_change(
    organization: Organization, *, request_key: UUID, actor: User | None, now: datetime
) -> PlanChange:
    """Let the subscription go on with its present plan. `now` is business time.

    Safe to repeat with the same `request_key`. Raises NoChangePending, StripeUnreachable (the wish is kept and
    carried out later), StripeRefused. If the new plan began in the meantime the change comes back as succeeded.
    """
    change = PlanChange.objects.filter(organization=organization, undo_request_key=request_key).first()
    if change is not None:
        return _let_go(change)
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.UNDO_CHANGE, lifecycle.state)
    return _take_back(lifecycle, request_key=request_key, actor=actor, now=now)


def resume_scheduled_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Finish what a crash or Stripe's silence left, write anew what the subscription outgrew, remove what is over.

    `now` is system time. Returns how much was done. Stops after `seconds`, so that a silent Stripe holds up nothing.
    """
    deadline = time.monotonic() + seconds
    done = 0
    for step, change in _steps(now):
        if time.monotonic() > deadline:
            break
        change.refresh_from_db()
        try:
            step(change)
        except BillingError:
            continue  # Still unreachable, or refused and so ended: the row says which.
        done += 1
    return done


def _steps(now: datetime) -> Iterator[tuple[Callable[[PlanChange], PlanChange], PlanChange]]:
    """Each list is read when its turn comes: what was given up just now is let go of at once."""
    yield from ((_carry_out, change) for change in _recorded(now))
    yield from ((_let_go, change) for change in _to_release())
    yield from ((_rewrite, change) for change in _outgrown())


def _recorded(now: datetime) -> list[PlanChange]:
    rows = PlanChange.objects.filter(behaviour=ChangeBehaviour.PERIOD_END.value, state=PlanChangeState.RECORDED.value)
    return list(intents.left_open_since(rows, now).order_by("created_at")[:50])


def _to_release() -> list[PlanChange]:
    rows = PlanChange.objects.filter(released_at=None).exclude(release_reason="").exclude(stripe_schedule_id="")
    return list(rows.order_by("created_at")[:50])


def _outgrown() -> list[PlanChange]:
    rows = PlanChange.objects.filter(
        state=PlanChangeState.SCHEDULED.value, wanted_revision__gt=F("written_revision"), release_reason=""
    ).order_by("created_at")
    return list(rows[:50])


def _record(preview: ChangePreview, *, request_key: UUID, actor: User | None) -> PlanChange:
    """Commit the wish. What was planned before is superseded in the same moment, and its schedule taken over."""
    organization = preview.organization
    try:
        with transaction.atomic():
            Subscription.objects.select_for_update().get(stripe_subscription_id=preview.stripe_subscription_id)
            waiting = scheduled_change(preview.stripe_subscription_id)
            if waiting is not None and waiting.release_reason:
                raise UnderWay()
            if waiting is not None:
                end_change(waiting, PlanChangeState.SUPERSEDED, at=clock.recent_business_now(), failure="replaced")
            change = PlanChange.objects.create(
                organization=organization,
                requested_by=actor,
                request_key=request_key,
                preview=preview,
                stripe_subscription_id=preview.stripe_subscription_id,
                from_price=preview.from_price,
                from_quantity=preview.from_quantity,
                price=preview.price,
                quantity=preview.quantity,
                direction=preview.direction,
                behaviour=ChangeBehaviour.PERIOD_END.value,
                stripe_schedule_id=waiting.stripe_schedule_id if waiting else "",
                effective_at=preview.effective_at,
            )
            _record_act("plan_change_planned", change, actor=actor)
    except IntegrityError:
        twin = PlanChange.objects.filter(organization=organization, request_key=request_key).first()
        if twin is None:
            raise UnderWay() from None
        return twin
    return change


def _carry_out(change: PlanChange) -> PlanChange:
    """Make the schedule, store its id, then set what follows. Raises for a wish that failed."""
    if change.state == PlanChangeState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    if change.state != PlanChangeState.RECORDED:
        return change
    if not intents.is_key_safe(change.created_at):
        raise _give_up(change, StripeRefused(_FAILED_EARLIER), failure="never finished")
    try:
        if not change.stripe_schedule_id:
            attach_schedule(change)
        write_phases(change)
    except (StripeRefused, ChangeArranged, CancellationPending) as error:
        raise _give_up(change, error, failure=error.message) from error
    look_at_schedule(change.stripe_schedule_id, stripe_subscription_id=change.stripe_subscription_id)
    PlanChange.objects.filter(pk=change.pk, state=PlanChangeState.RECORDED.value).update(
        state=PlanChangeState.SCHEDULED.value
    )
    change.refresh_from_db()
    return change


def _record_act(action: str, change: PlanChange, *, actor: User | None) -> None:
    audit.record(
        action,
        subject=str(change.uuid),
        organization=change.organization,
        actor=actor,
        plan=change.price.plan.name,
        stripe_subscription_id=change.stripe_subscription_id,
    )


def _give_up(change: PlanChange, error: BillingError, *, failure: str) -> BillingError:
    """End a wish that failed; a schedule that it made, or took over, is left for the sweep to remove."""
    with transaction.atomic():
        has_ended = end_change(change, PlanChangeState.FAILED, at=clock.recent_business_now(), failure=failure)
        if has_ended:
            PlanChange.objects.filter(pk=change.pk).update(release_reason=ReleaseReason.FAILED.value)
            open_staff_task(
                "plan_change_failed",
                about=str(change.uuid),
                organization_id=change.organization_id,
                summary=f"The planned change of {change.stripe_subscription_id} failed: {failure}",
            )
    return error


def _take_back(lifecycle: Lifecycle, *, request_key: UUID, actor: User | None, now: datetime) -> PlanChange:
    change = lifecycle.change
    is_late = change is not None and change.effective_at is not None and now >= change.effective_at
    if change is None or change.state != PlanChangeState.SCHEDULED or is_late:
        raise NoChangePending()
    with transaction.atomic():
        let_go_of_change(change.stripe_subscription_id, reason=ReleaseReason.UNDONE)
        is_first = PlanChange.objects.filter(pk=change.pk, undo_request_key=None).update(undo_request_key=request_key)
        if is_first:
            _record_act("plan_change_taken_back", change, actor=actor)
    change.refresh_from_db()
    return _let_go(change)


def _let_go(change: PlanChange) -> PlanChange:
    """Take the schedule off and close the change. What began in the meantime is left to the reaction to that."""
    if change.released_at is None:
        key = _next_release_key(change)
        release_schedule(change.stripe_subscription_id, key=key, only_id=change.stripe_schedule_id)
        PlanChange.objects.filter(pk=change.pk).update(released_at=clock.recent_business_now())
    if not _has_another_price(change):
        reason = ReleaseReason(change.release_reason)
        end_change(change, STATE_AFTER[reason], at=clock.recent_business_now(), failure=reason.value)
    change.refresh_from_db()
    return change


def _next_release_key(change: PlanChange) -> str:
    """Another key for each try: Stripe repeats an answer of 500 under the same one, and releasing twice does no harm.

    https://docs.stripe.com/api/idempotent_requests (read 2026-11-30).
    """
    PlanChange.objects.filter(pk=change.pk).update(revision=F("revision") + 1)
    change.refresh_from_db()
    return f"{change.uuid}:release:{change.revision}"


def _rewrite(change: PlanChange) -> PlanChange:
    """Write the phases anew, unless something else was decided since."""
    if change.state != PlanChangeState.SCHEDULED or change.release_reason:
        return change
    try:
        write_phases(change)
    except StripeRefused as error:
        look_at_schedule(change.stripe_schedule_id, stripe_subscription_id=change.stripe_subscription_id)
        if _has_another_price(change):
            return change  # The new plan has begun, or the dashboard decided: the reaction to that settles it.
        raise _give_up(change, error, failure=error.message) from error
    look_at_schedule(change.stripe_schedule_id, stripe_subscription_id=change.stripe_subscription_id)
    return change


def _has_another_price(change: PlanChange) -> bool:
    row = Subscription.objects.get(stripe_subscription_id=change.stripe_subscription_id)
    return row.stripe_price_id != (change.from_price.stripe_price_id if change.from_price else "")
