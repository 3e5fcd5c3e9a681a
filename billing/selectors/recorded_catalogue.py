"""Our rows read back as a catalogue, to be compared with the file; it must not know Stripe."""

from django.conf import settings
from django.db.models import Prefetch

from billing import models
from billing.money import Money
from billing.rules.catalogue import Catalogue, Feature, FeatureKind, Grant, Plan, PlanPrice
from billing.terms import Interval


def recorded_catalogue() -> Catalogue:
    """What our rows offer in this mode (test or live), without what is archived."""
    on_sale = models.Price.objects.filter(is_active=True, livemode=settings.STRIPE_LIVE_MODE)
    plans = (
        models.Plan.objects.filter(is_archived=False)
        .order_by("rank", "pk")
        .prefetch_related("grants__feature", Prefetch("prices", on_sale.order_by("lookup_key"), "on_sale"))
    )
    features = models.Feature.objects.filter(is_archived=False).order_by("rank", "pk")
    return Catalogue(features=tuple(map(_feature, features)), plans=tuple(map(_plan, plans)))


def _feature(row: models.Feature) -> Feature:
    return Feature(
        code=row.code, name=row.name, kind=FeatureKind(row.kind), counted=row.counted, unlimited=row.unlimited
    )


def _plan(row: models.Plan) -> Plan:
    return Plan(
        code=row.code,
        name=row.name,
        tagline=row.tagline,
        trial_days=row.trial_days,
        is_free=row.is_free,
        is_recommended=row.is_recommended,
        seats=row.seat_terms,
        grants=tuple(
            Grant(
                feature_code=grant.feature.code,
                limit=grant.limit,
                is_unlimited=grant.is_unlimited,
                is_per_seat=grant.is_per_seat,
            )
            for grant in row.grants.all()
        ),
        prices=tuple(
            PlanPrice(price.lookup_key, Interval(price.interval), Money(price.amount_minor, price.currency))
            for price in getattr(row, "on_sale", ())
        ),
    )
