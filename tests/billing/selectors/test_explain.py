"""Why, from rows: what is recorded with every change leads to the decisions that gates made of the rows of then."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import (
    AccessFact,
    AuditEntry,
    LocalTrial,
    Plan,
)
from billing.models.access_record import (
    record_catalogue,
    record_subscription,
)
from billing.rules.override import OverrideTerms
from billing.selectors.access import access_for
from billing.selectors.explain import explain
from billing.services.grant_override import grant_override
from billing.services.record_access import record_missed_access
from billing.terms import OverrideKind
from tests.billing.cases import give_case
from tests.billing.entitlement_lives import Life, subscribed
from tests.billing.factories import (
    NOW,
    FeatureFactory,
    FreePlanFactory,
    PlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("ENTITLEMENT_HISTORIES", "15"))
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture
def _catalogue() -> None:
    FreePlanFactory()
    exports = FeatureFactory(code="exports")
    projects = FeatureFactory(code="projects", kind="limit", name="Projects", counted="{limit}", unlimited="all")
    growth = PlanFactory(code="growth", rank=2)
    scale = PlanFactory(code="scale", rank=3, minimum_seats=8, maximum_seats=500)
    PlanFeatureFactory(plan=growth, feature=exports)
    PlanFeatureFactory(plan=growth, feature=projects, limit=50)
    PlanFeatureFactory(plan=scale, feature=projects, limit=10, is_per_seat=True)
    for plan in (growth, scale):
        PriceFactory(plan=plan, stripe_price_id=f"price_{plan.code}")
    record_catalogue(business_at=NOW - DAY)


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("_catalogue")
def test_explain_at_equals_what_gates_answered_then() -> None:
    for seed in range(HISTORIES):
        # The catalogue is everybody's, so one life begins where the one before is over.
        life = Life(seed, begins_at=NOW + seed * YEAR).play(16)
        for at, access in life.decisions:
            for feature in ("projects", "exports"):
                told = explain(life.organization, feature=feature, at=at)
                assert told.explanation.access == access, f"seed {seed} at {at}\n{told.text}"
                assert told.as_json()["allowed"] == access.has(feature)


@pytest.mark.usefixtures("_catalogue")
def test_the_chain_names_facts_and_what_staff_did_in_words_and_for_programs() -> None:
    organization = OrganizationFactory()
    record_subscription(subscribed(organization), business_at=NOW)
    terms = OverrideTerms(OverrideKind.NUMBER, "projects", limit=500)
    override = grant_override(organization, terms, reason="A pilot", request_key=uuid4(), actor=None, now=NOW + DAY)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        told = explain(organization, feature="projects", at=NOW + 2 * DAY)

    assert len(queries) <= 4
    assert told.text.splitlines() == [
        "The plan Growth, as it is since 2026-11-20 12:00 UTC, gives projects: 50.",
        "It holds 1 × Growth, which comes to projects: 50.",
        "The subscription is active, which gives access.",
        "Staff granted projects: 500, from 2026-11-22 12:00 UTC; it takes the place of the plan.",
        "Yes, projects: 500.",
    ]
    granted = told.as_json()["chain"][3]
    assert granted["ids"] == {"override": str(override.uuid)}
    assert granted["audit_ids"] == [str(AuditEntry.objects.get(action="override_granted").uuid)]
    assert granted["fact"]["id"] == AccessFact.objects.get(kind="override").pk
    assert explain(organization, feature="projects", at=NOW).explanation.limit == 50


@pytest.mark.usefixtures("_catalogue")
def test_another_customers_facts_explain_nothing_here() -> None:
    other = SubscriptionFactory(price=None, stripe_price_id="price_growth", currency="eur")
    record_subscription(other, business_at=NOW)

    told = explain(OrganizationFactory(), feature="exports", at=NOW)

    assert not told.explanation.is_allowed
    assert other.stripe_subscription_id not in str(told.as_json())


@pytest.mark.usefixtures("_catalogue")
def test_rows_from_before_the_record_get_their_first_version_once() -> None:
    life = Life(3)
    give_case(subscribed(life.organization))
    LocalTrial.objects.create(
        organization=life.organization, plan=Plan.objects.get(code="growth"), started_at=NOW, ends_at=NOW + DAY
    )
    life.grant()
    AccessFact.objects.filter(kind="override").delete()

    assert [record_missed_access(NOW), record_missed_access(NOW)] == [4, 0]
    assert explain(life.organization, feature="exports", at=NOW).explanation.access == access_for(
        life.organization, NOW
    )
