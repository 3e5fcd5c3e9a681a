"""What is on sale, as the pricing page and the checkout need it; archived prices and plans stay readable."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch

from billing.errors import UnknownPlan
from billing.models import Feature, Plan, PlanFeature, Price
from billing.money import Money
from billing.rules.catalogue import FeatureKind, SeatTerms
from billing.terms import Interval


@dataclass(frozen=True, slots=True)
class OfferedFeature:
    """One line of a plan. `limit` is None for a flag and for a limit without end; `text` is ready to show."""

    code: str
    name: str
    kind: FeatureKind
    is_included: bool
    is_unlimited: bool
    limit: int | None
    text: str


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    lookup_key: str
    stripe_price_id: str
    interval: Interval
    money: Money


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """One column of the pricing page: every feature of the catalogue in order, also those that it lacks.

    With `seats` its prices are for one person, else for the whole organization.
    """

    code: str
    name: str
    rank: int
    tagline: str
    trial_days: int
    is_free: bool
    is_recommended: bool
    seats: SeatTerms | None
    features: tuple[OfferedFeature, ...]
    prices: tuple[OfferedPrice, ...]

    def price(self, *, interval: Interval, currency: str) -> OfferedPrice | None:
        for price in self.prices:
            if price.interval == interval and price.money.currency == currency:
                return price
        return None


def offered_plans() -> tuple[OfferedPlan, ...]:
    """Every plan on sale, from low to high. Four queries, whatever the number of plans."""
    features = list(Feature.objects.filter(is_archived=False).order_by("rank", "pk"))
    on_sale = Price.objects.filter(is_active=True, livemode=settings.STRIPE_LIVE_MODE)
    plans = (
        Plan.objects.filter(is_archived=False)
        .order_by("rank", "pk")
        .prefetch_related("grants", Prefetch("prices", on_sale.order_by("currency_rank", "interval"), "on_sale"))
    )
    return tuple(_offered_plan(plan, features=features) for plan in plans)


def offered_plan(code: str) -> OfferedPlan:
    """The plan on sale with this code. Raises UnknownPlan."""
    found = next((plan for plan in offered_plans() if plan.code == code), None)
    if found is None:
        raise UnknownPlan()
    return found


def offered_currencies() -> tuple[str, ...]:
    """The currencies in which something is sold; the first one is for somebody who has not chosen."""
    ranks = dict(
        Price.objects.filter(is_active=True, livemode=settings.STRIPE_LIVE_MODE)
        .order_by("-currency_rank")
        .values_list("currency", "currency_rank")
    )
    return tuple(sorted(ranks, key=lambda currency: (ranks[currency], currency)))


def price_for(lookup_key: str) -> Price:
    """The price that is on sale under this lookup key, with its plan. Raises UnknownPlan."""
    price = (
        Price.objects.select_related("plan")
        .filter(lookup_key=lookup_key, is_active=True, livemode=settings.STRIPE_LIVE_MODE, plan__is_archived=False)
        .first()
    )
    if price is None:
        raise UnknownPlan(lookup_key=lookup_key)
    return price


def plan_of_price(stripe_price_id: str) -> Plan | None:
    """The plan to which a price (`price_…`) belongs or belonged: who subscribed before an archive keeps the plan."""
    price = Price.objects.select_related("plan").filter(stripe_price_id=stripe_price_id).first()
    return price.plan if price else None


def _offered_plan(plan: Plan, *, features: Sequence[Feature]) -> OfferedPlan:
    grants = {grant.feature_id: grant for grant in plan.grants.all()}
    return OfferedPlan(
        code=plan.code,
        name=plan.name,
        rank=plan.rank,
        tagline=plan.tagline,
        trial_days=plan.trial_days,
        is_free=plan.is_free,
        is_recommended=plan.is_recommended,
        seats=plan.seat_terms,
        features=tuple(_offered_feature(feature, grant=grants.get(feature.pk)) for feature in features),
        prices=tuple(_offered_price(price) for price in getattr(plan, "on_sale", ())),
    )


def _offered_feature(feature: Feature, *, grant: PlanFeature | None) -> OfferedFeature:
    kind = FeatureKind(feature.kind)
    limit = None if kind == FeatureKind.FLAG else 0
    if grant is not None:
        limit = grant.limit
    is_unlimited = grant is not None and grant.is_unlimited
    text = feature.name
    if kind == FeatureKind.LIMIT:
        text = feature.unlimited if is_unlimited else feature.counted.replace("{limit}", f"{limit:,}")
        if grant is not None and grant.is_per_seat:
            text = f"{text} per seat"
    return OfferedFeature(
        code=feature.code,
        name=feature.name,
        kind=kind,
        is_included=grant is not None and limit != 0,
        is_unlimited=is_unlimited,
        limit=limit,
        text=text,
    )


def _offered_price(price: Price) -> OfferedPrice:
    return OfferedPrice(
        lookup_key=price.lookup_key,
        stripe_price_id=price.stripe_price_id,
        interval=Interval(price.interval),
        money=Money(price.amount_minor, price.currency),
    )
