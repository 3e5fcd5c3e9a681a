"""Says which plan has a feature that an organization lacks, and for what price; it must not decide access."""

from dataclasses import dataclass

from accounts.models import Organization
from billing.models import Feature, Price, Subscription
from billing.money import Money
from billing.selectors.catalogue import OfferedPlan, offered_currencies, offered_plans
from billing.selectors.customer import customer_currency
from billing.selectors.subscription import current_subscription
from billing.terms import Interval


@dataclass(frozen=True, slots=True)
class FeatureOffer:
    """The lowest plan with the feature and its monthly price; without one, `plan_name` is empty.

    `waiting_plan_name` is the subscribed plan where it has the feature and is off all the same, as when it is unpaid.
    """

    feature_code: str
    feature_name: str
    plan_code: str
    plan_name: str
    price: Money | None
    lookup_key: str
    trial_days: int
    has_subscription: bool
    waiting_plan_name: str = ""


def feature_offer(organization: Organization, *, feature: str) -> FeatureOffer:
    """What to buy for `feature` (its code in the catalogue), in the customer's currency."""
    currency = customer_currency(organization) or next(iter(offered_currencies()), "")
    name = Feature.objects.filter(code=feature).values_list("name", flat=True).first() or feature
    plans = [plan for plan in offered_plans() if _has(plan, feature)]
    plan = next(iter(plans), None)
    subscription = current_subscription(organization)
    price = plan.price(interval=Interval.MONTH, currency=currency) if plan else None
    return FeatureOffer(
        feature_code=feature,
        feature_name=name,
        plan_code=plan.code if plan else "",
        plan_name=plan.name if plan else "",
        price=price.money if price else None,
        lookup_key=price.lookup_key if price else "",
        trial_days=plan.trial_days if plan else 0,
        has_subscription=subscription is not None,
        waiting_plan_name=_subscribed_name(subscription, plans=plans),
    )


def _subscribed_name(subscription: Subscription | None, *, plans: list[OfferedPlan]) -> str:
    """The name of the subscribed plan if it is one of these, else empty."""
    if subscription is None:
        return ""
    code = Price.objects.filter(stripe_price_id=subscription.stripe_price_id).values_list("plan__code", flat=True)
    return next((plan.name for plan in plans if plan.code in code), "")


def _has(plan: OfferedPlan, feature: str) -> bool:
    return any(offered.code == feature and offered.is_included for offered in plan.features)
