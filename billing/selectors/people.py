"""Answers how many people an organization may hold, for accounts, which knows no plan."""

from django.conf import settings

from accounts.models import Organization
from billing.clock import business_now
from billing.rules.seats import SeatSync
from billing.selectors.access import access_for
from billing.selectors.seats import seats_of

FEATURE = "people"


def people_limit(organization: Organization) -> int | None:
    """The plan's limit, or None for any number; None, too, while no catalogue was published.

    A plan that is paid per person holds as many as it has seats: those that are paid where none are added by
    themselves, else those that can be.
    """
    now = business_now()
    access = access_for(organization, now)
    if not access.plan_code:
        return None
    limit = access.limit(FEATURE)
    seats = seats_of(organization, now) if access.stripe_subscription_id else None
    if seats is None or seats.subscription.stripe_subscription_id != access.stripe_subscription_id:
        return limit
    places = seats.held if settings.SEATS_SYNC == SeatSync.OFF else seats.terms.maximum
    return places if limit is None else min(limit, places)
