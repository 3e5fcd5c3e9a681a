"""Lists what an organization's plan allows, and how much of it is used where we can count it."""

from dataclasses import dataclass

from accounts.models import Organization
from billing.errors import NotFound
from billing.models import Feature
from billing.rules.catalogue import FeatureKind
from billing.rules.entitlement import Access
from billing.selectors.usage import counter_of, usage_of


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` is None without an end and for a flag; `used` is None where nothing is counted."""

    code: str
    name: str
    is_limit: bool
    is_included: bool
    limit: int | None
    used: int | None

    @property
    def kind(self) -> FeatureKind:
        return FeatureKind.LIMIT if self.is_limit else FeatureKind.FLAG

    @property
    def is_unlimited(self) -> bool:
        return self.is_limit and self.is_included and self.limit is None

    @property
    def is_over(self) -> bool:
        return self.used is not None and self.limit is not None and self.used > self.limit


def allowances_of(organization: Organization, *, access: Access) -> tuple[Allowance, ...]:
    """Every feature of the catalogue, in its order, as `access` gives it. Asks every counter of `selectors/usage`."""
    used = usage_of(organization)
    return tuple(
        _allowance(feature, access=access, used=used.get(feature.code))
        for feature in Feature.objects.filter(is_archived=False).order_by("rank", "pk")
    )


def allowance_of(organization: Organization, code: str, *, access: Access) -> Allowance:
    """One feature of the catalogue, as `access` gives it. Asks its counter alone. Raises NotFound."""
    feature = feature_of(code)
    counter = counter_of(code)
    return _allowance(feature, access=access, used=counter.count(organization) if counter else None)


def feature_of(code: str) -> Feature:
    """A feature that is or was in the catalogue. Raises NotFound, so that a misspelt one is not taken for refused."""
    feature = Feature.objects.filter(code=code).first()
    if feature is None:
        raise NotFound("There is no such feature.")
    return feature


def _allowance(feature: Feature, *, access: Access, used: int | None) -> Allowance:
    is_limit = feature.kind == FeatureKind.LIMIT
    return Allowance(
        code=feature.code,
        name=feature.name,
        is_limit=is_limit,
        is_included=access.has(feature.code),
        limit=access.limit(feature.code) if is_limit else None,
        used=used,
    )
