"""Gathers the page of an organization's discounts: what runs, and whether a code may be typed; it asks nobody."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Organization
from billing.rules.actions import allows
from billing.selectors.discounts import ActiveDiscount, active_discounts
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.terms import SubscriptionAction


@dataclass(frozen=True, slots=True)
class DiscountPage:
    """`can_remove` is about the subscription's own discounts; one that the customer has at Stripe is staff's."""

    running: tuple[ActiveDiscount, ...]
    can_add: bool
    can_remove: bool


def discount_page(organization: Organization, now: datetime, *, lifecycle: Lifecycle | None = None) -> DiscountPage:
    """The page at `now` (business time); `lifecycle` is of then, if it was read already. Five queries at most."""
    lifecycle = lifecycle or lifecycle_of(organization, now)
    if lifecycle.subscription is None:
        return DiscountPage((), can_add=False, can_remove=False)
    running = active_discounts(lifecycle.subscription, now=now)
    has_room = len(running) < settings.DISCOUNTS_AT_ONCE
    is_removable = any(each.is_of_subscription for each in running)
    return DiscountPage(
        running=running,
        can_add=has_room and allows(SubscriptionAction.APPLY_DISCOUNT, lifecycle.state),
        can_remove=is_removable and allows(SubscriptionAction.REMOVE_DISCOUNT, lifecycle.state),
    )
