"""Each invariant of dunning is broken by the thing that it forbids, and by nothing younger or just touched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import CaseEvent, Invoice
from billing_project.invariants import broken_invariants
from tests.billing_project.aged_cases import AGED, WRONG, overdue, untouched, without_case

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def broken(*, business_ahead: timedelta = timedelta(0)) -> list[str]:
    now = timezone.now()
    return [finding.name for finding in broken_invariants(now, business_now=now + business_ahead)]


@pytest.mark.parametrize(("name", "plant", "limit"), AGED, ids=[name for name, _, _ in AGED])
def test_what_waits_too_long_is_found(name, plant, limit: timedelta) -> None:
    plant(limit + MINUTE)

    assert broken() == [name]


@pytest.mark.parametrize(("name", "plant", "limit"), AGED, ids=[name for name, _, _ in AGED])
def test_what_waits_less_is_not_found(name, plant, limit: timedelta) -> None:
    plant(limit - MINUTE)

    assert broken() == []


@pytest.mark.parametrize(("name", "plant"), WRONG, ids=[name for name, _ in WRONG])
def test_rows_that_contradict_each_other_are_found(name, plant) -> None:
    plant()

    assert broken() == [name]


def test_the_days_of_a_case_are_counted_in_business_time() -> None:
    untouched()

    assert broken() == []
    assert broken(business_ahead=2 * DAY) == ["dunning_overdue"]


def test_a_clock_that_jumped_a_moment_ago_breaks_nothing() -> None:
    overdue(DAY)
    CaseEvent.objects.update(created_at=timezone.now() - MINUTE)

    assert broken() == []


def test_a_conflict_may_outlast_its_deadline() -> None:
    untouched(state="conflict", due_at=None, deadline_at=timezone.now() - 9 * DAY)

    assert broken() == []


def test_a_first_payment_is_no_case() -> None:
    without_case(DAY)
    Invoice.objects.update(billing_reason="subscription_create")

    assert broken() == []


@pytest.mark.parametrize(("age", "found"), [(-DAY, []), (2 * DAY, ["dunning_after_deadline"])])
def test_what_stripe_collects_may_outlive_its_deadline_by_its_next_try(age: timedelta, found: list[str]) -> None:
    made = untouched(collector="observe", state="awaiting_customer", deadline_at=timezone.now() - 9 * DAY)
    Invoice.objects.filter(stripe_invoice_id=made.stripe_invoice_id).update(
        next_payment_attempt_at=timezone.now() - age
    )

    assert broken() == found
