"""The kept answer of all gates: quick, of one query where it is not kept, and never older than it may be."""

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Organization, Role
from billing.errors import FeatureMissing, NotFound, RoleMissing
from billing.models import AccessFact, EntitlementOverride, Feature, entitlement_cache
from billing.rules.override import OverrideTerms
from billing.selectors.entitlements import entitlements_for, require_entitlement
from billing.services.end_override import end_override
from billing.services.grant_override import grant_override
from billing.terms import OverrideKind
from tests.billing.factories import (
    NOW,
    FeatureFactory,
    FreePlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
MOST_MICROSECONDS = 50


@pytest.fixture(autouse=True)
def _kept(settings) -> Iterator[None]:
    settings.ENTITLEMENT_CACHE_MILLISECONDS = 60_000
    entitlement_cache.drop(None)
    yield
    entitlement_cache.drop(None)


@pytest.fixture
def organization() -> Organization:
    FreePlanFactory()
    FeatureFactory(code="exports")
    return OrganizationFactory()


def grant(organization: Organization, **changed) -> EntitlementOverride:
    terms = OverrideTerms(OverrideKind.ON, "exports", **changed)
    return grant_override(organization, terms, reason="A pilot", request_key=uuid4(), actor=None, now=NOW)


def grant_elsewhere(organization: Organization) -> None:
    """What another process commits: its rows come, and nobody here is told."""
    EntitlementOverride.objects.create(
        organization=organization,
        kind="on",
        feature=Feature.objects.get(code="exports"),
        reason="A pilot",
        starts_at=NOW,
        request_key=uuid4(),
    )
    AccessFact.objects.create(
        organization=organization, livemode=False, kind="override", key="o", body={}, business_at=NOW
    )


def has(organization: Organization, at=NOW) -> bool:
    return entitlements_for(organization, at).has("exports")


def queries_of(organization: Organization, at=NOW) -> int:
    with CaptureQueriesContext(connection) as queries:
        entitlements_for(organization, at)
    return len(queries)


def test_the_first_check_asks_once_and_the_next_ones_never(organization: Organization) -> None:
    assert [queries_of(organization) for _ in range(3)] == [1, 0, 0]


def test_a_kept_answer_takes_no_longer_than_fifty_microseconds(organization: Organization) -> None:
    entitlements_for(organization, NOW)

    spans = []
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(500):
            entitlements_for(organization, NOW).has("exports")
        spans.append((time.perf_counter() - began) / 500 * 1e6)

    assert min(spans) < MOST_MICROSECONDS


def test_what_this_process_commits_counts_at_once(organization: Organization) -> None:
    before = has(organization)

    row = grant(organization)
    during = has(organization)
    end_override(row.pk, reason="Over", actor=None, now=NOW + timedelta(seconds=1))

    assert [before, during, has(organization, NOW + timedelta(seconds=1))] == [False, True, False]


def test_what_another_process_commits_counts_when_the_version_is_asked(organization: Organization, settings) -> None:
    before = has(organization)
    grant_elsewhere(organization)
    trusted = has(organization)

    settings.ENTITLEMENT_CACHE_MILLISECONDS = 1
    time.sleep(0.002)

    assert [before, trusted, has(organization)] == [False, False, True]


def test_an_unchanged_version_costs_one_cheap_query(organization: Organization, settings) -> None:
    settings.ENTITLEMENT_CACHE_MILLISECONDS = 1
    entitlements_for(organization, NOW)
    time.sleep(0.002)

    with CaptureQueriesContext(connection) as queries:
        entitlements_for(organization, NOW)

    assert len(queries) == 1
    assert "accessfact" in queries[0]["sql"]
    assert "billing_subscription" not in queries[0]["sql"]


@pytest.mark.parametrize("state", [{"cancel_at": NOW + DAY}, {"status": "past_due", "past_due_at": NOW - 20 * DAY}])
def test_a_kept_answer_ends_at_its_next_moment_by_itself(organization: Organization, state: dict) -> None:
    price = PriceFactory()
    PlanFeatureFactory(plan=price.plan, feature=Feature.objects.get(code="exports"))
    SubscriptionFactory(organization=organization, price=price, **state)
    just_before = NOW + DAY - timedelta(microseconds=1)

    assert [has(organization), has(organization, just_before), has(organization, NOW + DAY)] == [True, True, False]
    assert queries_of(organization, NOW + DAY) == 0
    assert queries_of(organization, NOW) == 1  # Of an earlier moment than it was decided for: read anew.


def test_a_grant_that_begins_later_begins_by_itself(organization: Organization) -> None:
    grant(organization, starts_at=NOW + DAY)

    assert [has(organization), has(organization, NOW + DAY)] == [False, True]


def test_what_is_taken_back_was_never_kept(organization: Organization) -> None:
    before = has(organization)
    with transaction.atomic():
        grant(organization)
        assert has(organization)
        transaction.set_rollback(True)

    assert [before, has(organization)] == [False, False]


def test_another_organization_keeps_its_own_answer(organization: Organization) -> None:
    other = OrganizationFactory()
    assert not has(other)

    grant(organization)

    assert has(organization)
    assert not has(other)


def test_a_stranger_is_told_nothing_and_a_member_lacks_the_role(organization: Organization) -> None:
    member: Membership = MembershipFactory(organization=organization, role=Role.MEMBER)

    with pytest.raises(NotFound):
        require_entitlement(None, "exports", now=NOW)
    with pytest.raises(RoleMissing):
        require_entitlement(member, "exports", now=NOW, role="billing")
    with pytest.raises(FeatureMissing) as refused:
        require_entitlement(member, "exports", now=NOW)
    grant(organization)

    assert (refused.value.status, refused.value.details["feature"]) == (402, "exports")
    assert require_entitlement(member, "exports", now=NOW).has("exports")


def test_the_refusal_offers_the_plan_that_has_the_feature(organization: Organization) -> None:
    price = PriceFactory()
    PlanFeatureFactory(plan=price.plan, feature=Feature.objects.get(code="exports"))

    with pytest.raises(FeatureMissing) as refused:
        require_entitlement(MembershipFactory(organization=organization), "exports", now=NOW)

    assert refused.value.details["offer"]["lookup_key"] == price.lookup_key
