"""What cases of dunning leave to use, in the database's words and in the rule's words: one table for both."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from billing.models import Plan, Subscription
from billing.selectors.access import access_for
from billing.selectors.access_query import organizations_on_plan, organizations_read_only, with_access_plan
from billing.terms import CaseState, SubscriptionStatus
from tests.billing.cases import give_case
from tests.billing.factories import (
    NOW,
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

FAILURES = {
    "since when nobody knows": {},
    "within grace": {"past_due_at": NOW - 3 * DAY},
    "after grace": {"past_due_at": NOW - 40 * DAY},
    "first payment": {"past_due_at": NOW - 3 * DAY, "is_past_due_since_trial": True},
}
DAYS = {
    "full": {"read_only_at": NOW + DAY, "access_closes_at": NOW + 2 * DAY},
    "to read, from now": {"read_only_at": NOW, "access_closes_at": NOW + DAY},
    "closed, from now": {"read_only_at": NOW - DAY, "access_closes_at": NOW},
    "never to read": {"read_only_at": None, "access_closes_at": NOW + DAY},
    "to read from its end": {"read_only_at": NOW - DAY, "access_closes_at": NOW - DAY},
    "never closed": {"read_only_at": NOW - DAY, "access_closes_at": None},
}
ENDS = {
    "just now": {"ended_at": NOW, "end_reason": "dispute"},
    "in another run": {"ended_at": NOW - 60 * DAY, "end_reason": "dispute"},
    "forgiven": {"ended_at": NOW - DAY, "end_reason": "forgiven"},
    "void": {"ended_at": NOW - 3 * DAY - timedelta(minutes=1), "end_reason": "invoice_void"},
    "written off": {"ended_at": NOW - DAY, "end_reason": "invoice_written_off"},
}
OPEN = [
    state for state in CaseState if state in ("waiting", "attempting", "awaiting_customer", "conflict", "closing")
]
OVER = [state for state in CaseState if state not in OPEN]
ONE_CASE = [
    *(({"state": state.value, **DAYS[days]}, f"{state.value}, {days}") for state, days in product(OPEN, DAYS)),
    *(
        ({"state": state.value, **DAYS[days], **ENDS[end]}, f"{state.value}, {days}, {end}")
        for state, days, end in product(OVER, ("full", "closed, from now"), ENDS)
    ),
]
TWO_CASES = list(product(["recovered", "lost", "stopped", "waiting"], ["full", "to read, from now"], DAYS))


def rows(statuses: list[SubscriptionStatus], failure: str) -> dict[int, str]:
    """One organization for each status with each case, and with two at once, under its name."""
    price = PriceFactory(plan=PlanFactory(code="growth", rank=2))
    named: dict[int, str] = {}
    for status in statuses:
        for fields, name in ONE_CASE:
            row = _unpaid(price, status, failure)
            give_case(row, **fields)
            named[row.organization_id] = f"{status.value}, {name}"
    for first, first_days, second_days in TWO_CASES:
        row = _unpaid(price, SubscriptionStatus.PAST_DUE, failure)
        give_case(row, state=first, **DAYS[first_days])
        give_case(row, state="closing", **DAYS[second_days])
        named[row.organization_id] = f"{first}, {first_days} and closing, {second_days}"
    return named


def _unpaid(price: Any, status: SubscriptionStatus, failure: str) -> Subscription:
    return SubscriptionFactory(price=price, status=status.value, **FAILURES[failure])


def answers_of_the_rule() -> dict[int, tuple[str, bool]]:
    answers = ((row.pk, access_for(row, NOW)) for row in Organization.objects.all())
    return {pk: (access.plan_code, access.is_read_only) for pk, access in answers}


def answers_of_the_database() -> dict[int, tuple[str, bool]]:
    codes = dict(Plan.objects.values_list("pk", "code"))
    found = with_access_plan(Organization.objects.all(), NOW)
    return {row.pk: (codes.get(row.access_plan_id, ""), row.access_is_read_only) for row in found}


@pytest.mark.parametrize("first_payment", ["grace", "no_access"])
@pytest.mark.parametrize("failure", FAILURES)
def test_list_and_gate_agree_for_cases_in_every_state(settings, failure: str, first_payment: str) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = first_payment
    FreePlanFactory()
    named = rows([SubscriptionStatus.PAST_DUE], failure)

    ruled, listed = answers_of_the_rule(), answers_of_the_database()

    assert {named[pk]: (answer, listed[pk]) for pk, answer in ruled.items() if listed[pk] != answer} == {}
    is_refused = failure == "first payment" and first_payment == "no_access"
    assert set(ruled.values()) == {("growth", False), ("free", False)} | (set() if is_refused else {("growth", True)})


def test_a_case_changes_nothing_for_a_subscription_that_is_not_past_due() -> None:
    FreePlanFactory()
    others = [status for status in SubscriptionStatus if status != SubscriptionStatus.PAST_DUE]
    price = PriceFactory(plan=PlanFactory(code="growth", rank=2))
    expected = {}
    for status, (fields, _) in product(others, ONE_CASE[::3]):
        row = _unpaid(price, status, "after grace")
        give_case(row, **fields)
        expected[row.organization_id] = ("growth" if status in ("active", "trialing") else "free", False)

    assert answers_of_the_rule() == expected
    assert answers_of_the_database() == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("nothing", ("growth", True)),
        ("a lower plan that is paid", ("starter", False)),
        ("a lower plan that is tried", ("starter", False)),
        ("a lower plan to read", ("growth", True)),
    ],
)
def test_what_can_be_written_wins_in_both(other: str, expected: tuple[str, bool]) -> None:
    FreePlanFactory()
    organization = OrganizationFactory()
    starter, growth = (
        PriceFactory(plan=PlanFactory(code=code, rank=rank)) for rank, code in enumerate(("starter", "growth"), 1)
    )
    to_read = DAYS["to read, from now"]
    give_case(SubscriptionFactory(organization=organization, price=growth, status="past_due"), **to_read)
    if other == "a lower plan that is tried":
        LocalTrialFactory(organization=organization, plan=starter.plan)
    elif other == "a lower plan that is paid":
        SubscriptionFactory(organization=organization, price=starter)
    elif other == "a lower plan to read":
        give_case(SubscriptionFactory(organization=organization, price=starter, status="past_due"), **to_read)

    assert answers_of_the_rule() == answers_of_the_database() == {organization.pk: expected}


def test_the_list_of_who_can_only_read_names_them_and_keeps_their_plan() -> None:
    FreePlanFactory()
    price = PriceFactory()
    reader, payer, closed = (
        SubscriptionFactory(price=price, status=status) for status in ("past_due", "active", "past_due")
    )
    give_case(reader, **DAYS["to read, from now"])
    give_case(payer, **DAYS["to read, from now"])
    give_case(closed, **DAYS["closed, from now"])

    assert list(organizations_read_only(NOW)) == [reader.organization]
    assert set(organizations_on_plan(price.plan, NOW)) == {reader.organization, payer.organization}


def test_the_answer_costs_six_queries_at_most_however_many_cases_there_are() -> None:
    FreePlanFactory()
    organization = OrganizationFactory()
    LocalTrialFactory(organization=organization, plan=PlanFactory(code="scale"))
    for number in range(4):
        plan = PlanFactory(code=f"plan-{number}")
        PlanFeatureFactory(plan=plan)
        row = SubscriptionFactory(organization=organization, price=PriceFactory(plan=plan), status="past_due")
        for state in ("recovered", "lost", "waiting"):
            give_case(row, state=state)

    with CaptureQueriesContext(connection) as queries:
        access_for(organization, NOW)

    assert len(queries) <= 6
