"""The one answer of all gates: what an organization may use now, kept in the process until it could be another.

The page decorator, the permission of the API, the template tags and the entitlements of the API ask here.
"""

import time
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from accounts.models import Membership, Organization
from billing.errors import FeatureMissing, NotFound, RoleMissing
from billing.models import entitlement_cache
from billing.models.entitlement_cache import Entry
from billing.rules.access_facts import inputs_from
from billing.rules.entitlement import Access, decide, next_change
from billing.selectors.access import access_for, grace_terms
from billing.selectors.access_rows import access_rows, version_of
from billing.selectors.offers import FeatureOffer, feature_offer


def entitlements_for(organization: Organization, now: datetime) -> Access:
    """What this organization may use at `now` (business time, UTC). No query mostly, one at most.

    An answer is kept until its next moment (the end of a trial, of a grant, of the days of grace …) or until a change
    of this process is committed. After `ENTITLEMENT_CACHE_MILLISECONDS` the version of the facts is asked for, and
    only where another process changed them is all read anew. Within a transaction it is always read.
    """
    trusted = settings.ENTITLEMENT_CACHE_MILLISECONDS
    if not trusted or connection.in_atomic_block:
        return access_for(organization, now)
    entry = entitlement_cache.get(organization.pk)
    if entry is not None and entry.since <= now and (entry.until is None or now < entry.until):
        checked = time.monotonic()
        if (checked - entry.checked) * 1000 < trusted:
            return entry.access
        if version_of(organization.pk) == entry.version:
            entry.checked = checked
            return entry.access
        entitlement_cache.drop(organization.pk)
    return _read(organization, now)


def _read(organization: Organization, now: datetime) -> Access:
    generation, checked = entitlement_cache.generation(), time.monotonic()
    rows = access_rows(organization.pk)
    inputs = inputs_from(rows.bodies, terms=grace_terms())
    access = decide(inputs, now)
    entry = Entry(access, rows.version, since=now, until=next_change(inputs, now), checked=checked)
    entitlement_cache.put(organization.pk, entry, generation=generation)
    return access


def require_entitlement(
    membership: Membership | None,
    feature: str,
    *,
    now: datetime,
    role: Literal["", "billing", "team"] = "",
) -> Access:
    """What the organization may use, if the feature (its code in the catalogue) is on and the person's role fits.

    Raises NotFound (404) for who does not belong to it, RoleMissing (403), and FeatureMissing (402), whose details
    name the feature and hold the offer that would allow it. `now` is business time (UTC).
    """
    if membership is None:
        raise NotFound()
    if (role == "billing" and not membership.can_manage_billing) or (
        role == "team" and not membership.can_manage_team
    ):
        raise RoleMissing()
    access = entitlements_for(membership.organization, now)
    if not access.has(feature):
        raise feature_missing(membership.organization, feature)
    return access


def feature_missing(organization: Organization, feature: str) -> FeatureMissing:
    """The refusal with the lowest plan that has the feature; `offer` is None where none has it."""
    offer = feature_offer(organization, feature=feature)
    message = f"The plan of {organization.name} does not include {feature}. Nothing was done."
    return FeatureMissing(message, feature=feature, offer=offer_as_json(offer))


def offer_as_json(offer: FeatureOffer) -> dict[str, Any] | None:
    if not offer.plan_code:
        return None
    price = offer.price
    return {
        "plan": offer.plan_code,
        "plan_name": offer.plan_name,
        "lookup_key": offer.lookup_key,
        "amount_minor": price.amount_minor if price else None,
        "currency": price.currency if price else None,
        "interval": "month",
    }
