"""The one answer to what an organization may use, from rows: it must agree with the rule and see nobody else's."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from billing.models import Plan
from billing.rules.entitlement import GraceTerms, SubscriptionFacts, decide_access
from billing.selectors.access import access_for, plan_facts
from billing.terms import AccessReason, SubscriptionStatus
from tests.billing.factories import (
    NOW,
    FeatureFactory,
    FreePlanFactory,
    LocalTrialFactory,
    PlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def free() -> Plan:
    return FreePlanFactory()


@pytest.fixture
def organization(free: Plan) -> Organization:
    return OrganizationFactory()


@pytest.mark.parametrize(
    ("status", "cancel_in", "is_paused", "failed_ago"),
    list(product(SubscriptionStatus, [None, -1, 5], [False, True], [None, 3, 40])),
)
def test_rows_and_rule_give_one_answer(
    organization: Organization,
    free: Plan,
    settings,
    status: str,
    cancel_in: int | None,
    is_paused: bool,
    failed_ago: int | None,
) -> None:
    state = {
        "status": status,
        "current_period_end": NOW + 2 * DAY,
        "cancel_at": None if cancel_in is None else NOW + cancel_in * DAY,
        "paused_paid_until": NOW + 2 * DAY if is_paused else None,
        "past_due_at": None if failed_ago is None else NOW - failed_ago * DAY,
    }
    price = PriceFactory()
    row = SubscriptionFactory(organization=organization, price=price, **state)
    facts = SubscriptionFacts(row.stripe_subscription_id, plan_facts(price.plan), **state)

    access = access_for(organization, NOW)

    assert access == decide_access(
        [facts], local_trial=None, free_plan=plan_facts(free), now=NOW, grace=GraceTerms(settings.GRACE_DAYS)
    )


def test_an_organization_without_anything_has_the_free_plan(organization: Organization) -> None:
    access = access_for(organization, NOW)

    assert (access.plan_code, access.reason) == ("free", AccessReason.FREE)


def test_without_a_free_plan_there_is_nothing_to_use() -> None:
    access = access_for(OrganizationFactory(), NOW)

    assert (access.plan_code, access.has("exports"), access.limit("projects")) == ("", False, 0)


def test_an_archived_free_plan_is_given_to_nobody() -> None:
    FreePlanFactory(is_archived=True)

    assert access_for(OrganizationFactory(), NOW).plan_code == ""


def test_flags_and_limits_come_from_the_plan(organization: Organization) -> None:
    plan = PlanFactory()
    PlanFeatureFactory(plan=plan, feature=FeatureFactory(code="exports"))
    PlanFeatureFactory(plan=plan, feature=FeatureFactory(code="projects", kind="limit"), limit=25)
    PlanFeatureFactory(plan=plan, feature=FeatureFactory(code="people", kind="limit"), is_unlimited=True)
    SubscriptionFactory(organization=organization, price=PriceFactory(plan=plan))

    access = access_for(organization, NOW)

    assert (access.has("exports"), access.has("sso")) == (True, False)
    assert (access.limit("projects"), access.limit("people"), access.limit("sso")) == (25, None, 0)


def test_a_subscriber_of_an_old_price_or_plan_keeps_it(organization: Organization) -> None:
    price = PriceFactory(is_active=False, plan=PlanFactory(is_archived=True))
    SubscriptionFactory(organization=organization, price=price)

    assert access_for(organization, NOW).plan_code == "growth"


def test_another_organizations_subscription_gives_nothing(organization: Organization) -> None:
    SubscriptionFactory()
    LocalTrialFactory()

    assert access_for(organization, NOW).plan_code == "free"


def test_a_subscription_of_the_other_mode_gives_nothing(organization: Organization) -> None:
    SubscriptionFactory(organization=organization, livemode=True)

    assert access_for(organization, NOW).plan_code == "free"


def test_a_price_that_no_plan_has_gives_nothing_and_does_not_fail(organization: Organization) -> None:
    row = SubscriptionFactory(organization=organization)
    row.stripe_price_id = "price_of_somebody_else"
    row.save()

    assert access_for(organization, NOW).plan_code == "free"


def test_a_local_trial_gives_its_plan_until_its_end(organization: Organization) -> None:
    trial = LocalTrialFactory(organization=organization)

    during, after = access_for(organization, NOW), access_for(organization, trial.ends_at)

    assert (during.plan_code, during.reason, during.until) == ("growth", AccessReason.LOCAL_TRIAL, trial.ends_at)
    assert after.reason == AccessReason.FREE


def test_the_answer_costs_five_queries_at_most(organization: Organization) -> None:
    LocalTrialFactory(organization=organization, plan=PlanFactory(code="scale"))
    for number in range(4):
        plan = PlanFactory(code=f"plan-{number}")
        PlanFeatureFactory(plan=plan)
        SubscriptionFactory(organization=organization, price=PriceFactory(plan=plan))

    with CaptureQueriesContext(connection) as queries:
        access_for(organization, NOW)

    assert len(queries) <= 5
