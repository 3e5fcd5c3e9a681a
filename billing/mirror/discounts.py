"""Asks Stripe what a change of a subscription's discounts would do to its next invoice; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Organization
from billing.errors import NoDiscount, NoSubscription, StripeRefused
from billing.gateway.previews import Quote, quote_renewal
from billing.mirror.promotion_codes import refusal_of_code, usable_promotion
from billing.models import Subscription
from billing.money import Money
from billing.rules.actions import require
from billing.rules.promotion import Promotion, refuse_another, refuse_useless
from billing.selectors.discounts import active_discounts
from billing.selectors.lifecycle import lifecycle_of
from billing.terms import SubscriptionAction


@dataclass(frozen=True, slots=True)
class DiscountStep:
    """What Stripe is to be told of a subscription's discounts, and its next invoice before and after that."""

    subscription: Subscription
    discounts: list[dict[str, str]]
    before: Quote
    after: Quote
    promotion: Promotion | None = None

    @property
    def next_sum(self) -> Money:
        return Money(self.after.total_minor, self.after.currency)


def step_to_apply(organization: Organization, *, code: str, now: datetime) -> DiscountStep:
    """The code beside the discounts that run; `now` is business time. Safe to repeat.

    Raises the refusals of `rules/actions` and `rules/promotion`, StripeUnreachable.
    """
    subscription = _subscription(organization, action=SubscriptionAction.APPLY_DISCOUNT, now=now)
    running = active_discounts(subscription, now=now)
    refuse_another(running=len(running), most=settings.DISCOUNTS_AT_ONCE)
    before = quote_renewal(subscription.stripe_subscription_id)
    promotion = _usable(organization, code, subscription=subscription, before=before, now=now)
    discounts = [
        *({"discount": each.stripe_discount_id} for each in running if each.is_of_subscription),
        {"promotion_code": promotion.stripe_promotion_code_id},
    ]
    try:
        after = quote_renewal(subscription.stripe_subscription_id, discounts=discounts)
    except StripeRefused as error:
        # Another may have used it up since the look: then a second look says so.
        _usable(organization, code, subscription=subscription, before=before, now=now)
        raise refusal_of_code(error) from error
    refuse_useless(Money(after.discount_minor - before.discount_minor, after.currency))
    return DiscountStep(subscription, discounts, before, after, promotion)


def step_to_remove(organization: Organization, *, now: datetime) -> DiscountStep:
    """No discount any more; one that the customer has at Stripe is not this subscription's, and stays.

    Raises NoDiscount, the refusals of `rules/actions`, StripeUnreachable. Safe to repeat.
    """
    subscription = _subscription(organization, action=SubscriptionAction.REMOVE_DISCOUNT, now=now)
    if not any(each.is_of_subscription for each in active_discounts(subscription, now=now)):
        raise NoDiscount()
    before = quote_renewal(subscription.stripe_subscription_id)
    after = quote_renewal(subscription.stripe_subscription_id, discounts=[])
    return DiscountStep(subscription, [], before, after)


def _subscription(organization: Organization, *, action: SubscriptionAction, now: datetime) -> Subscription:
    lifecycle = lifecycle_of(organization, now)
    require(action, lifecycle.state)
    if lifecycle.subscription is None:
        raise NoSubscription()
    return lifecycle.subscription


def _usable(
    organization: Organization, code: str, *, subscription: Subscription, before: Quote, now: datetime
) -> Promotion:
    return usable_promotion(
        organization,
        code=code,
        price=Money(max(before.subtotal_minor, 0), before.currency),
        stripe_customer_id=subscription.stripe_customer_id,
        now=now,
    )
