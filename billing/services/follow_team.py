"""Use case: let paid seats follow the people, after a quiet time and once more each night; never in a request."""

import logging
import time
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounts.models import Organization
from billing import audit, clock
from billing.errors import (
    BillingError,
    ChangeUnpaid,
    LeaseLost,
    LeaseTaken,
    StripeUnreachable,
    UnderWay,
)
from billing.gateway.change_basis import BilledItem, read_change_basis
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.seat_changes import carry_out, lock_subscription
from billing.models import Price, SeatChange, SeatSync, Subscription, open_staff_task
from billing.rules.actions import require
from billing.rules.quiet_hour import last_quiet_hour
from billing.rules.seats import SeatSync as Mode
from billing.rules.seats import policy_for_team, quantity_to_follow, steps_to
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.seats import Seats, seat_policy, seats_in
from billing.terms import LIVE_SUBSCRIPTION_STATUSES, ObjectKind, SeatChangeOrigin, SubscriptionAction

logger = logging.getLogger(__name__)
_LEASE_WAIT_SECONDS = 2.0
_MOST = 50
_RETRY_AFTER = timedelta(minutes=5)
# What is older was missed by a long standstill, and the nightly comparison finds it.
_LOOKS_BACK = timedelta(days=2)
_LONGEST_WAIT_FACTOR = 10
_PASSING = (StripeUnreachable, UnderWay, LeaseTaken, LeaseLost, ChangeUnpaid)


def follow_team(now: datetime, *, seconds: float = 10.0) -> int:
    """Bring the seats of teams that have changed and then kept still to what is needed; `now` is business time.

    However many people come and go within SEATS_QUIET_SECONDS, it is one change at Stripe; a team that never keeps
    still is looked at after ten times as long. Returns how many teams were looked at. Safe to repeat and in parallel.
    """
    if settings.SEATS_SYNC == Mode.OFF:
        return 0
    deadline = time.monotonic() + seconds
    system_now = clock.system_now()
    _notice_changes(system_now)
    looked_at = 0
    for row in SeatSync.objects.filter(due_at__lte=system_now).order_by("due_at")[:_MOST]:
        if time.monotonic() > deadline:
            break
        claimed_until = system_now + _RETRY_AFTER
        if not SeatSync.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=claimed_until):
            continue  # Another worker has it, or the team has changed again.
        looked_at += 1
        if _try_to_follow(row.organization, origin=SeatChangeOrigin.TEAM, now=now):
            SeatSync.objects.filter(pk=row.pk, due_at=claimed_until).update(due_at=None, waits_since=None)
    return looked_at


def true_up_seats(now: datetime, *, seconds: float = 20.0) -> int:
    """Once a night, compare the people of each team with the seats that Stripe bills; `now` is business time.

    Corrects what SEATS_SYNC allows and tells staff of the rest. Goes on at the next call where `seconds` were not
    enough. Returns how many were compared. Safe to repeat and in parallel.
    """
    deadline = time.monotonic() + seconds
    compared = 0
    for row in _not_compared_tonight():
        if time.monotonic() > deadline:
            break
        ref = ObjectRef(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id)
        try:
            refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
        except BillingError as error:
            logger.warning("Seats of %s are compared later: %s", row.stripe_subscription_id, error.code)
            continue
        compared += 1
        if row.organization and _try_to_follow(row.organization, origin=SeatChangeOrigin.TRUE_UP, now=now):
            SeatSync.objects.update_or_create(
                organization=row.organization, defaults={"trued_up_at": clock.system_now()}
            )
    return compared


def _notice_changes(now: datetime) -> None:
    """Give each team that changed since the last look its moment: when it has kept still, or waited long enough."""
    quiet = timedelta(seconds=settings.SEATS_QUIET_SECONDS)
    seen = Q(seat_sync__seen_change_at__gte=F("team_changed_at"))
    for organization in Organization.objects.filter(team_changed_at__gt=now - _LOOKS_BACK).exclude(seen):
        with transaction.atomic():
            SeatSync.objects.get_or_create(organization=organization)
            row = SeatSync.objects.select_for_update().get(organization=organization)
            row.seen_change_at = organization.team_changed_at
            row.waits_since = row.waits_since or organization.team_changed_at
            if row.seen_change_at and row.waits_since:
                row.due_at = min(row.seen_change_at + quiet, row.waits_since + _LONGEST_WAIT_FACTOR * quiet)
            row.save()


def _not_compared_tonight() -> list[Subscription]:
    night = last_quiet_hour(clock.system_now(), hour=settings.RECONCILE_HOUR)
    done = SeatSync.objects.filter(trued_up_at__gte=night).values("organization_id")
    rows = Subscription.objects.filter(
        livemode=settings.STRIPE_LIVE_MODE,
        status__in=LIVE_SUBSCRIPTION_STATUSES,
        organization__isnull=False,
        stripe_price_id__in=Price.objects.filter(plan__minimum_seats__isnull=False).values("stripe_price_id"),
    ).exclude(organization_id__in=done)
    return list(rows.select_related("organization").order_by("pk")[: 10 * _MOST])


def _try_to_follow(organization: Organization, *, origin: SeatChangeOrigin, now: datetime) -> bool:
    """False where it shall be tried again soon. What the state forbids waits for the night."""
    try:
        _follow(organization, origin=origin, now=now)
    except _PASSING:
        return False
    except BillingError as error:
        logger.info("Seats of organization %s stay as they are: %s", organization.pk, error.code)
    return True


def _follow(organization: Organization, *, origin: SeatChangeOrigin, now: datetime) -> None:
    lifecycle = lifecycle_of(organization, now)
    row = lifecycle.subscription
    seats = seats_in(row, now=now) if row else None
    if row is None or seats is None:
        return
    _tell_staff_of_shortage(organization, seats)
    if _wanted(seats) == seats.billed:
        return
    require(SubscriptionAction.CHANGE_SEATS, lifecycle.state)
    item = read_change_basis(row.stripe_subscription_id).item_of(row.stripe_price_id)
    if item is None or item.quantity != row.quantity:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
        raise UnderWay()
    change = _record(row, item=item, origin=origin, now=now)
    if change is not None:
        carry_out(change)


def _wanted(seats: Seats) -> int:
    return quantity_to_follow(seats.terms, paid=seats.billed, used=seats.used, sync=Mode(settings.SEATS_SYNC))


def _tell_staff_of_shortage(organization: Organization, seats: Seats) -> None:
    """More people than seats, and nothing that may add any by itself."""
    may_add = settings.SEATS_SYNC != Mode.OFF and seats.used <= seats.terms.maximum
    if seats.is_over and not may_add:
        open_staff_task(
            "seats_short",
            about=f"{seats.subscription.stripe_subscription_id}:{seats.used}",
            summary=f"{organization}: {seats.used} people, {seats.held} seats of at most {seats.terms.maximum}",
            organization_id=organization.pk,
        )


def _record(row: Subscription, *, item: BilledItem, origin: SeatChangeOrigin, now: datetime) -> SeatChange | None:
    """Commit the decision, counted again under the lock; None where others have brought it about meanwhile."""
    try:
        with transaction.atomic():
            lock_subscription(row.stripe_subscription_id)
            row.refresh_from_db()
            seats = seats_in(row, now=now)
            if seats is None or _wanted(seats) == seats.billed:
                return None
            change = SeatChange.objects.create(
                **_inputs(seats, item=item), origin=origin, proration_at=_at(now, item)
            )
            audit.record(
                "seats_followed_team",
                subject=row.stripe_subscription_id,
                organization=row.organization,
                actor=None,
                quantity=change.quantity,
                seat_change=str(change.uuid),
            )
    except IntegrityError:
        raise UnderWay() from None
    return change


def _inputs(seats: Seats, *, item: BilledItem) -> dict[str, object]:
    steps = steps_to(
        _wanted(seats),
        billed=seats.billed,
        held=seats.held,
        is_trial=seats.is_trial,
        policy=policy_for_team(seat_policy()),
    )
    return {
        "organization": seats.subscription.organization,
        "request_key": uuid4(),
        "stripe_subscription_id": seats.subscription.stripe_subscription_id,
        "stripe_item_id": item.stripe_item_id,
        "price": seats.price,
        "from_quantity": seats.billed,
        "charged_quantity": steps.charged,
        "quantity": steps.final,
        "held_quantity": steps.held,
        "behaviour": steps.behaviour,
        "period_end": item.period_end,
    }


def _at(now: datetime, item: BilledItem) -> datetime:
    return max(now.replace(microsecond=0), item.period_start)
