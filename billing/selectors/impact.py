"""Reads what another plan would mean for what an organization has and uses now."""

from collections.abc import Mapping

from accounts.models import Organization
from billing.models import Feature, Plan
from billing.rules.catalogue import FeatureKind
from billing.rules.grants import Grant, ItemFacts, granted
from billing.rules.impact import Fate, Impact, UsedFeature, impact_of
from billing.selectors.access import plan_facts
from billing.selectors.usage import counter_of, usage_of


def plan_impact(organization: Organization, *, before: Plan, after: Plan) -> Impact:
    """What the organization loses, and what does not fit, when `before` becomes `after`. Asks every counter."""
    used = usage_of(organization)
    features = [
        _used_feature(feature, used=used.get(feature.code))
        for feature in Feature.objects.filter(is_archived=False).order_by("rank", "pk")
    ]
    return impact_of(_least_of(before), _least_of(after), features=features)


def _least_of(plan: Plan) -> Mapping[str, Grant]:
    """What the plan gives to whoever buys it: of what counts for each seat, that of its fewest seats."""
    return granted(ItemFacts(plan_facts(plan), plan.minimum_seats or 1))


def _used_feature(feature: Feature, *, used: int | None) -> UsedFeature:
    counter = counter_of(feature.code)
    return UsedFeature(
        code=feature.code,
        name=feature.name,
        is_limit=feature.kind == FeatureKind.LIMIT,
        used=used,
        fate=counter.fate if counter else Fate.READ_ONLY,
    )
