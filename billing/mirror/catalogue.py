"""Writes the rows of the catalogue from the file and from what Stripe sells; it must not ask or change Stripe."""

from django.conf import settings

from billing import models
from billing.gateway.products import product_id
from billing.mirror.refs import ObjectRef
from billing.rules.catalogue import Catalogue, Plan
from billing.rules.catalogue_steps import Published, PublishedPrice
from billing.terms import ObjectKind


def write_catalogue(catalogue: Catalogue, *, published: Published) -> list[ObjectRef]:
    """Bring plans, features and prices up to date, in the caller's transaction. Safe to repeat.

    Returns the products and prices of which our rows did not yet say the same: the mirror should fetch them.
    """
    refs = _changed_refs(catalogue, published=published)
    _write_features(catalogue)
    _write_plans(catalogue)
    _write_prices(catalogue, published=published)
    return refs


def _changed_refs(catalogue: Catalogue, *, published: Published) -> list[ObjectRef]:
    """What the mirror should fetch anew: prices and products of which our rows do not yet say the same."""
    keys = _keys(catalogue)
    known_prices = dict(models.Price.objects.values_list("stripe_price_id", "is_active"))
    known_plans = {plan.code: (plan.name, plan.tagline, not plan.is_archived) for plan in models.Plan.objects.all()}
    return [
        *(
            ObjectRef(ObjectKind.PRODUCT, product_id(product.plan_code))
            for product in published.products
            if known_plans.get(product.plan_code) != (product.name, product.description, product.is_active)
        ),
        *(
            ObjectRef(ObjectKind.PRICE, price.stripe_price_id)
            for price in published.prices
            if known_prices.get(price.stripe_price_id) != _is_on_sale(price, keys=keys)
        ),
    ]


def _write_features(catalogue: Catalogue) -> None:
    codes = [feature.code for feature in catalogue.features]
    models.Feature.objects.exclude(code__in=codes).update(is_archived=True)
    for rank, feature in enumerate(catalogue.features):
        models.Feature.objects.update_or_create(
            code=feature.code,
            defaults={
                "name": feature.name,
                "kind": feature.kind.value,
                "counted": feature.counted,
                "unlimited": feature.unlimited,
                "rank": rank,
                "is_archived": False,
            },
        )


def _write_plans(catalogue: Catalogue) -> None:
    """Archived plans keep what they give, for those who still have them."""
    codes = [plan.code for plan in catalogue.plans]
    models.Plan.objects.exclude(code__in=codes).update(is_archived=True)
    models.Plan.objects.filter(code__in=[plan.code for plan in catalogue.plans if not plan.is_free]).update(
        is_free=False
    )
    for rank, plan in enumerate(catalogue.plans):
        row, _ = models.Plan.objects.update_or_create(
            code=plan.code,
            defaults={
                "name": plan.name,
                "tagline": plan.tagline,
                "rank": rank,
                "trial_days": plan.trial_days,
                "minimum_seats": plan.seats.minimum if plan.seats else None,
                "maximum_seats": plan.seats.maximum if plan.seats else None,
                "is_free": plan.is_free,
                "is_recommended": plan.is_recommended,
                "is_archived": False,
            },
        )
        _write_grants(row, plan=plan)


def _write_grants(row: models.Plan, *, plan: Plan) -> None:
    features = {feature.code: feature for feature in models.Feature.objects.all()}
    models.PlanFeature.objects.filter(plan=row).exclude(
        feature__code__in=[grant.feature_code for grant in plan.grants]
    ).delete()
    for grant in plan.grants:
        models.PlanFeature.objects.update_or_create(
            plan=row,
            feature=features[grant.feature_code],
            defaults={
                "limit": grant.limit,
                "is_unlimited": grant.is_unlimited,
                "is_per_seat": grant.is_per_seat,
            },
        )


def _write_prices(catalogue: Catalogue, *, published: Published) -> None:
    """Every price that the plans ever had gets a row: an old subscriber's price must lead to its plan."""
    keys = _keys(catalogue)
    plans = {plan.code: plan for plan in models.Plan.objects.all()}
    on_sale = [price.stripe_price_id for price in published.prices if _is_on_sale(price, keys=keys)]
    here = models.Price.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    here.exclude(stripe_price_id__in=on_sale).update(is_active=False)
    for price in published.prices:
        if price.plan_code not in plans:
            continue
        currency = price.money.currency
        ranks = catalogue.currencies
        models.Price.objects.update_or_create(
            stripe_price_id=price.stripe_price_id,
            defaults={
                "plan": plans[price.plan_code],
                "livemode": settings.STRIPE_LIVE_MODE,
                "lookup_key": price.catalogue_key or price.lookup_key,
                "currency": currency,
                "currency_rank": ranks.index(currency) if currency in ranks else len(ranks),
                "interval": price.interval.value,
                "amount_minor": price.money.amount_minor,
                "is_active": _is_on_sale(price, keys=keys),
                "created_at": price.created_at,
            },
        )


def _keys(catalogue: Catalogue) -> set[str]:
    return {price.lookup_key for plan in catalogue.plans for price in plan.prices}


def _is_on_sale(price: PublishedPrice, *, keys: set[str]) -> bool:
    return price.is_active and price.lookup_key in keys
