"""Reads how many seats an organization uses and has; what follows from that is the rules' business."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Invitation, Membership, Organization
from billing.models import PlanChange, Price, SeatChange, Subscription
from billing.money import Money
from billing.rules.catalogue import SeatTerms
from billing.rules.seats import People, SeatPolicy, SeatSync
from billing.selectors.subscription import current_subscription
from billing.terms import ChangeBehaviour, IntentState, PlanChangeState, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a running plan that is paid per person.

    `billed` is Stripe's quantity, which the next invoice asks for; `held` are paid until `period_end` (UTC), never
    fewer. `used` counts who takes one now.
    """

    terms: SeatTerms
    price: Price
    subscription: Subscription
    people: People
    billed: int
    held: int
    period_end: datetime | None

    @property
    def used(self) -> int:
        return self.people.used

    @property
    def is_trial(self) -> bool:
        return self.subscription.status == SubscriptionStatus.TRIALING

    @property
    def is_lowered(self) -> bool:
        return self.billed < self.held

    @property
    def shown_used(self) -> int:
        """As far as a bar of `held` can be filled."""
        return min(self.used, self.held)

    @property
    def follows_up(self) -> bool:
        """Whether missing seats are added by themselves."""
        return settings.SEATS_SYNC != SeatSync.OFF and self.used <= self.terms.maximum

    @property
    def is_over(self) -> bool:
        return self.used > self.held


def people_of(organization: Organization) -> People:
    """Members, and open invitations (which lapse by system time). Two queries."""
    invited = Invitation.objects.filter(
        organization=organization, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return People(
        members=Membership.objects.filter(organization=organization).count(),
        invited=invited.count(),
        counts_invited=settings.SEATS_COUNT_INVITATIONS,
    )


def seats_of(organization: Organization, now: datetime) -> Seats | None:
    """The seats at `now` (business time); None without a running plan that has seats. Six queries at most."""
    subscription = current_subscription(organization)
    if subscription is None:
        return None
    return seats_in(subscription, now=now)


def seats_in(subscription: Subscription, *, now: datetime) -> Seats | None:
    """The seats of this subscription; None where its price is not ours or its plan has none."""
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    if price is None or price.plan.seat_terms is None or subscription.organization is None:
        return None
    return Seats(
        terms=price.plan.seat_terms,
        price=price,
        subscription=subscription,
        people=people_of(subscription.organization),
        billed=subscription.quantity,
        held=_held(subscription, price=price, now=now),
        period_end=subscription.current_period_end,
    )


def seat_policy() -> SeatPolicy:
    """What the settings say."""
    return SeatPolicy(
        up=ChangeBehaviour(settings.SEATS_UP_BEHAVIOUR), down=ChangeBehaviour(settings.SEATS_DOWN_BEHAVIOUR)
    )


def pooled_of(subscription: Subscription, *, price: Price, now: datetime) -> Money:
    """What our changes of seats have left for the next invoice, beside the renewal and before tax."""
    last = _last_change(subscription, price=price, now=now)
    return Money(last.pooled_minor if last else 0, price.currency)


def _held(subscription: Subscription, *, price: Price, now: datetime) -> int:
    """What our last change left paid until the period ends."""
    last = _last_change(subscription, price=price, now=now)
    return max(last.held_quantity, subscription.quantity) if last else subscription.quantity


def _last_change(subscription: Subscription, *, price: Price, now: datetime) -> SeatChange | None:
    """Our last change of this period, as long as nobody has changed the subscription since."""
    last = (
        SeatChange.objects.filter(
            stripe_subscription_id=subscription.stripe_subscription_id, state=IntentState.SUCCEEDED
        )
        .order_by("-ended_at", "-pk")
        .first()
    )
    if (
        last is None
        or last.period_end <= now
        or (last.price_id, last.quantity) != (price.pk, subscription.quantity)
        or _has_changed_plan(subscription, since=last.ended_at)
    ):
        return None
    return last


def _has_changed_plan(subscription: Subscription, *, since: datetime | None) -> bool:
    return PlanChange.objects.filter(
        stripe_subscription_id=subscription.stripe_subscription_id,
        state=PlanChangeState.SUCCEEDED,
        ended_at__gte=since,
    ).exists()
