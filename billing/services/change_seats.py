"""Use case: change the number of seats as it was shown; what may be chosen is the rules' business."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock
from billing.errors import NotFound, NotPerSeat, PreviewStale, UnderWay
from billing.gateway.change_basis import read_change_basis
from billing.mirror.seat_changes import carry_out, lock_subscription
from billing.models import ChangePreview, SeatChange
from billing.rules.actions import require
from billing.rules.seats import check_quantity, policy_for_person, steps_to
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.seats import Seats, seat_policy, seats_in
from billing.terms import (
    ChangeDirection,
    Interval,
    SeatChangeOrigin,
    SubscriptionAction,
)


def change_seats(
    organization: Organization, *, preview_uuid: UUID, request_key: UUID, actor: User | None, now: datetime
) -> SeatChange:
    """Change the seats just as the preview showed it; `now` is business time.

    More seats come at once and are paid as the settings say; fewer come with the next period, or now for credit.
    Safe to repeat with the same `request_key`. Raises NotFound for a preview of somebody else, PreviewStale where
    anything that the amounts rest on is another now, what the table of actions says, the refusals of a number of
    seats, UnderWay, CardDeclined, StripeRefused, SeatChangeFailed, and StripeUnreachable: then it is done later.
    """
    change = SeatChange.objects.filter(organization=organization, request_key=request_key).first()
    if change is None:
        preview = _preview(organization, preview_uuid)
        if read_change_basis(preview.stripe_subscription_id).digest != preview.basis:
            raise PreviewStale()
        change = _record(preview, request_key=request_key, actor=actor, now=now)
    return carry_out(change)


def _preview(organization: Organization, preview_uuid: UUID) -> ChangePreview:
    preview = (
        ChangePreview.objects.select_related("price__plan")
        .filter(organization=organization, uuid=preview_uuid, price__plan__minimum_seats__isnull=False)
        .first()
    )
    if preview is None:
        raise NotFound()
    if preview.expires_at <= clock.system_now():
        raise PreviewStale()
    return preview


def _record(preview: ChangePreview, *, request_key: UUID, actor: User | None, now: datetime) -> SeatChange:
    """Commit the decision; beside an open change of plan there is none, and never two at once."""
    try:
        with transaction.atomic():
            lock_subscription(preview.stripe_subscription_id)
            change = _decided(preview, request_key=request_key, actor=actor, now=now)
            change.save()
            audit.record(
                "seats_raised" if preview.direction == ChangeDirection.UP else "seats_lowered",
                subject=preview.stripe_subscription_id,
                organization=preview.organization,
                actor=actor,
                before={"quantity": preview.from_quantity},
                after={"quantity": preview.quantity},
                quantity=preview.quantity,
                seat_change=str(change.uuid),
            )
    except IntegrityError:
        first = SeatChange.objects.filter(organization=preview.organization, request_key=request_key).first()
        if first is None:
            raise UnderWay() from None
        return first
    return change


def _decided(preview: ChangePreview, *, request_key: UUID, actor: User | None, now: datetime) -> SeatChange:
    seats = _seats(preview, now=now)
    steps = steps_to(
        preview.quantity,
        billed=preview.from_quantity,
        held=seats.held,
        is_trial=seats.is_trial,
        policy=policy_for_person(seat_policy(), interval=Interval(seats.price.interval)),
    )
    if steps.behaviour != preview.behaviour or seats.period_end is None:
        raise PreviewStale()
    return SeatChange(
        organization=preview.organization,
        requested_by=actor,
        request_key=request_key,
        origin=SeatChangeOrigin.PERSON,
        preview=preview,
        stripe_subscription_id=preview.stripe_subscription_id,
        stripe_item_id=preview.stripe_item_id,
        price=preview.price,
        from_quantity=preview.from_quantity,
        charged_quantity=steps.charged,
        quantity=steps.final,
        held_quantity=steps.held,
        behaviour=steps.behaviour,
        proration_at=preview.proration_at,
        # Our row may not know of a renewal yet; the preview has asked Stripe.
        period_end=max(seats.period_end, preview.effective_at),
    )


def _seats(preview: ChangePreview, *, now: datetime) -> Seats:
    """The state at this moment, which still has to allow what was shown."""
    lifecycle = lifecycle_of(preview.organization, now)
    require(SubscriptionAction.CHANGE_SEATS, lifecycle.state)
    row = lifecycle.subscription
    if row is None or row.stripe_subscription_id != preview.stripe_subscription_id:
        raise PreviewStale()
    seats = seats_in(row, now=now)
    if seats is None:
        raise NotPerSeat()
    if (seats.billed, seats.price) != (preview.from_quantity, preview.price):
        raise PreviewStale()
    check_quantity(seats.terms, quantity=preview.quantity, used=seats.used)
    return seats
