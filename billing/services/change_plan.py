"""Use case: change the plan at once, with the inputs and for the sum that a preview has shown."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.errors import (
    NotFound,
    PreviewStale,
    StripeRefused,
    StripeUnreachable,
    UnderWay,
    UnknownPlan,
)
from billing.gateway import subscriptions
from billing.gateway.change_basis import read_change_basis
from billing.gateway.item_changes import ItemChange
from billing.gateway.previews import quote_change
from billing.mirror.glance import glance_at_payment
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.schedules import refuse_arranged, release_schedule
from billing.models import (
    ChangePreview,
    PlanChange,
    Price,
    SeatChange,
    Subscription,
    end_change,
    let_go_of_change,
    scheduled_change,
    settle_change,
)
from billing.rules.actions import require
from billing.rules.change_outcome import ChangeOutcome
from billing.rules.plan_change import due_with
from billing.selectors.change_outcome import outcome_now
from billing.selectors.lifecycle import lifecycle_of
from billing.terms import (
    ChangeBehaviour,
    IntentState,
    ObjectKind,
    PlanChangeState,
    ReleaseReason,
    SubscriptionAction,
)

_LEASE_WAIT_SECONDS = 2.0
_GLANCE_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at your plan and, if you still want it, choose again."


def change_plan(
    organization: Organization, *, preview_uuid: UUID, request_key: UUID, actor: User | None, now: datetime
) -> PlanChange:
    """Make the change that the preview shows, and charge the sum that it shows. `now` is business time.

    What is billed at once takes effect when it is paid: until then the change comes back as `awaiting_payment`, and
    nothing has changed. Safe to repeat with the same `request_key`. Raises NotFound, PreviewStale, UnknownPlan, what
    the table of actions says, UnderWay, StripeRefused, StripeUnreachable (the wish is kept and carried out later, if
    the sum is still the same).
    """
    change = _repeated(organization, request_key)
    if change is None:
        preview = _preview(organization, preview_uuid)
        _refuse_unless_possible(organization, preview, now=now)
        change, is_new = _record(preview, request_key=request_key, actor=actor)
        if is_new:
            return _send(change, now=now, is_told=True)
    with suppress(
        StripeUnreachable
    ):  # Another click may be asking Stripe at this moment; its page shows how far it is.
        return _carry_out(change, now=now)
    return change


def resume_plan_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out changes that a crash or Stripe's silence left open; `now` is business time. Returns how many ended.

    Stops after `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    rows = PlanChange.objects.exclude(behaviour=ChangeBehaviour.PERIOD_END.value)
    waiting = intents.left_open_since(rows.select_related("preview", "price", "from_price"), clock.system_now())
    return intents.finish_open(waiting, partial(_carry_out, now=now), seconds=seconds)


def _repeated(organization: Organization, request_key: UUID) -> PlanChange | None:
    found = PlanChange.objects.select_related("preview", "price", "from_price")
    return found.filter(organization=organization, request_key=request_key).first()


def _preview(organization: Organization, preview_uuid: UUID) -> ChangePreview:
    found = ChangePreview.objects.select_related("price__plan", "from_price")
    preview = found.filter(organization=organization, uuid=preview_uuid).first()
    if preview is None or preview.behaviour == ChangeBehaviour.PERIOD_END:
        raise NotFound("There is no such offer, or it belongs to another organization. Nothing was charged.")
    return preview


def _refuse_unless_possible(organization: Organization, preview: ChangePreview, *, now: datetime) -> None:
    """Asks our table first, then Stripe: nothing that the shown sum rests on may have changed since."""
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.CHANGE_PLAN, lifecycle.state)
    if not _is_on_sale(preview.price):
        raise UnknownPlan("This plan is not on sale any more. Nothing was charged.")
    current = lifecycle.subscription
    if current is None or current.stripe_subscription_id != preview.stripe_subscription_id:
        raise PreviewStale()
    if clock.system_now() >= preview.expires_at or not _is_as_shown(preview):
        raise PreviewStale()
    refuse_arranged(preview.stripe_subscription_id)


def _is_on_sale(price: Price) -> bool:
    return price.is_active and not price.plan.is_archived


def _is_as_shown(preview: ChangePreview) -> bool:
    """Whether Stripe would charge what was shown. The sum is asked for again as well: a tax may have changed."""
    basis = read_change_basis(preview.stripe_subscription_id)
    if basis.digest != preview.basis:
        return False
    # As it was asked for the preview: what a schedule would have begun is no part of it.
    is_beside_schedule = not preview.bills_now and bool(basis.stripe_schedule_id)
    quote = quote_change(_item_change(preview), is_recurring_only=is_beside_schedule)
    if preview.bills_now:
        return (quote.amount_due_minor, quote.total_minor) == (preview.due_now_minor, preview.total_minor)
    due = due_with(quote.starting_balance_minor, total_minor=quote.total_minor)
    return due == preview.next_amount_minor


def _record(preview: ChangePreview, *, request_key: UUID, actor: User | None) -> tuple[PlanChange, bool]:
    """Commit the decision; True if it is new. A subscription has one change that is not over."""
    try:
        with transaction.atomic():
            # Whoever changes this subscription meets here: two decisions from one state would contradict each other.
            Subscription.objects.select_for_update().get(stripe_subscription_id=preview.stripe_subscription_id)
            _refuse_beside_seats(preview.stripe_subscription_id)
            _replace_planned(preview.stripe_subscription_id)
            change = PlanChange.objects.create(
                organization=preview.organization,
                requested_by=actor,
                request_key=request_key,
                preview=preview,
                stripe_subscription_id=preview.stripe_subscription_id,
                from_price=preview.from_price,
                from_quantity=preview.from_quantity,
                price=preview.price,
                quantity=preview.quantity,
                direction=preview.direction,
                behaviour=preview.behaviour,
                effective_at=preview.effective_at,
            )
            audit.record(
                "plan_change_started",
                subject=str(change.uuid),
                organization=preview.organization,
                actor=actor,
                before={
                    "price": preview.from_price and preview.from_price.stripe_price_id,
                    "quantity": preview.from_quantity,
                },
                after={"price": preview.price.stripe_price_id, "quantity": preview.quantity},
                plan=preview.price.plan.name,
                stripe_subscription_id=preview.stripe_subscription_id,
            )
    except IntegrityError:
        twin = _repeated(preview.organization, request_key)
        if twin is None:
            raise UnderWay() from None
        return twin, False
    return change, True


def _refuse_beside_seats(stripe_subscription_id: str) -> None:
    open_changes = SeatChange.objects.filter(
        stripe_subscription_id=stripe_subscription_id, state=IntentState.RECORDED.value
    )
    if open_changes.exists():
        raise UnderWay()


def _replace_planned(stripe_subscription_id: str) -> None:
    """The new decision takes the place of one that waits for the period's end (rule S8)."""
    planned = scheduled_change(stripe_subscription_id)
    if planned is None:
        return
    let_go_of_change(stripe_subscription_id, reason=ReleaseReason.REPLACED)
    end_change(planned, PlanChangeState.SUPERSEDED, at=clock.recent_business_now(), failure="replaced")


def _carry_out(change: PlanChange, *, now: datetime) -> PlanChange:
    """Go on with a change that may have been sent before: what Stripe shows of it counts first."""
    if change.state == PlanChangeState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    if change.state != PlanChangeState.RECORDED:
        return change
    if _look(change, now=now).state != PlanChangeState.RECORDED:
        return change
    if not intents.is_key_safe(change.created_at):
        settle_change(change, ChangeOutcome(PlanChangeState.FAILED, failure="never reached Stripe"), at=now)
        return change
    if change.preview is None or not _is_as_shown(change.preview):
        # Another click may have made it since we looked: then the sum is another because of that.
        if _look(change, now=now).state != PlanChangeState.RECORDED:
            return change
        settle_change(change, ChangeOutcome(PlanChangeState.FAILED, failure=PreviewStale.code), at=now)
        raise PreviewStale()
    return _send(change, now=now)


def _send(change: PlanChange, *, now: datetime, is_told: bool = False) -> PlanChange:
    """Tell Stripe with the change's own key and read back what became of it. `is_told`: a person sees a refusal."""
    preview = change.preview
    if preview is None:
        raise NotFound()
    try:
        # A schedule that is left would take the change back in its next phase.
        release_schedule(change.stripe_subscription_id, key=f"{change.uuid}:release")
        subscriptions.change_item(
            _item_change(preview),
            payment_behavior=preview.payment_behavior,
            metadata={"plan_change": str(change.uuid)},
            key=f"{change.uuid}:change",
        )
    except StripeRefused as error:
        failed = ChangeOutcome(PlanChangeState.FAILED, failure=error.message, is_told=is_told)
        settle_change(change, failed, at=now)
        raise
    return _look(change, now=now)


def _look(change: PlanChange, *, now: datetime) -> PlanChange:
    """Fetch the subscription, and with it what the page shows of a payment; the fetched state decides."""
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    if settle_change(change, outcome_now(change, now=now), at=now) and change.stripe_invoice_id:
        glance_at_payment(change.stripe_invoice_id, seconds=_GLANCE_SECONDS)
    return change


def _item_change(preview: ChangePreview) -> ItemChange:
    """Just the inputs of the preview: they make the sum."""
    is_prorated = preview.proration_behavior != "none"
    return ItemChange(
        stripe_subscription_id=preview.stripe_subscription_id,
        stripe_item_id=preview.stripe_item_id,
        stripe_price_id=preview.price.stripe_price_id,
        quantity=preview.quantity,
        proration_behavior=preview.proration_behavior,
        proration_at=preview.proration_at if is_prorated else None,
        begins_new_cycle=preview.behaviour == ChangeBehaviour.RESET_CYCLE and preview.bills_now,
    )
