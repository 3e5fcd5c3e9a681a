"""Access in the database's words and in the rule's words: one table of cases for both."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from billing.models import Plan, Price
from billing.selectors.access import access_for
from billing.selectors.access_query import organizations_on_plan, organizations_with_feature, with_access_plan
from billing.terms import SubscriptionStatus
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

CANCELS = {
    "no end": {},
    "ends later": {"cancel_at": NOW + 5 * DAY},
    "ends now": {"cancel_at": NOW},
    "was to end": {"cancel_at": NOW - DAY},
    "ended": {"ended_at": NOW - DAY},
}
PAUSES = {
    "no pause": {},
    "still paid": {"is_collection_paused": True, "paused_paid_until": NOW + 2 * DAY},
    "paid until now": {"is_collection_paused": True, "paused_paid_until": NOW},
    "paid no more": {"is_collection_paused": True, "paused_paid_until": NOW - 2 * DAY},
}
FAILURES = {
    "never failed": {},
    "within grace": {"past_due_at": NOW - 3 * DAY},
    "at its end": {"past_due_at": NOW - 21 * DAY},
    "after grace": {"past_due_at": NOW - 40 * DAY},
    "first payment failed": {"past_due_at": NOW - 3 * DAY, "is_past_due_since_trial": True},
}
TRIALS = {
    "no trial": None,
    "trial runs": {"ends_at": NOW + 3 * DAY},
    "trial is over": {"ends_at": NOW},
    "trial was replaced": {"ends_at": NOW + 3 * DAY, "ended_at": NOW - DAY},
}
CASES = list(product(SubscriptionStatus, CANCELS, PAUSES, FAILURES))


def rows_of(price: Price) -> dict[int, str]:
    """One organization for each case, under its name."""
    named = {}
    for status, cancel, pause, failure in CASES:
        row = SubscriptionFactory(
            price=price, status=status.value, **CANCELS[cancel], **PAUSES[pause], **FAILURES[failure]
        )
        named[row.organization_id] = f"{status.value}, {cancel}, {pause}, {failure}"
    return named


def answers_of_the_rule(now=NOW) -> dict[int, str]:
    return {row.pk: access_for(row, now).plan_code for row in Organization.objects.all()}


def answers_of_the_database(now=NOW) -> dict[int, str]:
    codes = dict(Plan.objects.values_list("pk", "code"))
    found = with_access_plan(Organization.objects.all(), now).values_list("pk", "access_plan_id")
    return {pk: codes.get(plan_id, "") for pk, plan_id in found}


@pytest.mark.parametrize("first_payment", ["grace", "no_access"])
@pytest.mark.parametrize("trial", TRIALS)
def test_list_and_gate_agree_in_every_state(settings, trial: str, first_payment: str) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = first_payment
    FreePlanFactory()
    tried = PlanFactory(code="starter", rank=1)
    named = rows_of(PriceFactory(plan=PlanFactory(code="growth", rank=2)))
    values: dict[str, Any] | None = TRIALS[trial]
    if values is not None:
        for organization in Organization.objects.all():
            LocalTrialFactory(organization=organization, plan=tried, started_at=NOW - 9 * DAY, **values)

    ruled, listed = answers_of_the_rule(), answers_of_the_database()

    assert {named[pk]: (code, listed[pk]) for pk, code in ruled.items() if listed[pk] != code} == {}
    assert set(ruled.values()) == {"growth", "starter" if trial == "trial runs" else "free"}


def test_the_highest_plan_counts_in_both(settings) -> None:
    FreePlanFactory()
    organization = OrganizationFactory()
    for rank, code in enumerate(("starter", "growth", "scale"), start=1):
        price = PriceFactory(plan=PlanFactory(code=code, rank=rank))
        status = "canceled" if code == "scale" else "active"
        SubscriptionFactory(organization=organization, price=price, status=status)

    assert answers_of_the_rule() == answers_of_the_database() == {organization.pk: "growth"}


def test_what_no_plan_has_and_the_other_mode_give_nothing_in_both() -> None:
    price = PriceFactory()
    stranger = SubscriptionFactory(price=price)
    stranger.stripe_price_id = "price_of_somebody_else"
    stranger.save()
    SubscriptionFactory(price=price, livemode=True)

    assert answers_of_the_rule() == answers_of_the_database()
    assert set(answers_of_the_database().values()) == {""}


def test_a_list_holds_those_of_the_plan_and_no_other() -> None:
    free, price = FreePlanFactory(), PriceFactory()
    subscriber = SubscriptionFactory(price=price).organization
    left = SubscriptionFactory(price=price, status="canceled").organization

    assert list(organizations_on_plan(price.plan, NOW)) == [subscriber]
    assert list(organizations_on_plan(free, NOW)) == [left]


@pytest.mark.parametrize(
    ("grant", "is_listed"),
    [({}, True), ({"is_unlimited": True}, True), ({"limit": 5}, True), ({"limit": 0}, False)],
)
def test_a_feature_is_listed_where_the_gate_would_open(grant: dict[str, Any], is_listed: bool) -> None:
    FreePlanFactory()
    price = PriceFactory()
    PlanFeatureFactory(plan=price.plan, feature=FeatureFactory(code="exports"), **grant)
    subscriber = SubscriptionFactory(price=price).organization
    OrganizationFactory()

    listed = list(organizations_with_feature("exports", NOW))

    assert listed == ([subscriber] if is_listed else [])
    assert access_for(subscriber, NOW).has("exports") is is_listed


def test_a_list_of_any_length_is_one_query() -> None:
    FreePlanFactory()
    price = PriceFactory()
    for _ in range(5):
        SubscriptionFactory(price=price)

    with CaptureQueriesContext(connection) as queries:
        answers = list(with_access_plan(Organization.objects.all(), NOW))

    assert (len(answers), len(queries)) == (5, 1)
