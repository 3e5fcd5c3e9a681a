"""Each invariant is broken by the thing that it forbids, and by nothing younger or healthier."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import StaffTask
from billing_project.invariants import INVARIANTS, broken_invariants
from billing_project.tasks import check_invariants
from tests.billing.admin.rows import staff_task
from tests.billing.admin.rows_of_paying import card_setup, discount_change, payment_method_change
from tests.billing.admin.rows_of_requests import (
    api_request,
    cancel_request,
    details_request,
    erasure,
    pause_request,
    seat_change,
    terms_change,
)
from tests.billing.admin.rows_of_the_desk import customer_credit
from tests.billing.admin.rows_of_trials import trial_change, trial_refusal
from tests.billing.admin.rows_of_webhooks import AGED_WEBHOOKS
from tests.billing.factories import InvoiceFactory, PriceFactory, SubscriptionFactory
from tests.billing_project.aged_cases import DUNNING
from tests.billing_project.aged_refunds import REFUNDS
from tests.billing_project.aged_rows import (
    aged,
    ago,
    backfill,
    checkout,
    customer_details,
    dead_work,
    evidence,
    inbox,
    notice,
    past_due,
    plan_change,
    planned_change,
    refund,
    seats_due,
    transition,
    two_live_subscriptions,
    work,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def broken() -> list[str]:
    return [finding.name for finding in broken_invariants(timezone.now(), business_now=timezone.now())]


LIMITS: list[tuple[str, Callable[[timedelta], Any], timedelta]] = [
    ("api_request_kept", aged(api_request), 96 * HOUR),
    ("inbox_new", inbox("new"), 5 * MINUTE),
    ("inbox_dispatched", inbox("dispatched"), 2 * HOUR),
    ("inbox_dead", inbox("dead"), DAY),
    ("inbox_quarantined", inbox("quarantined"), DAY),
    ("backfill_late", backfill, HOUR),
    ("work_overdue", work, 10 * MINUTE),
    ("work_dead", dead_work, DAY),
    ("transition_unsettled", transition, 25 * HOUR),
    ("checkout_open", checkout, 26 * HOUR),
    ("cancellation_recorded", aged(cancel_request), HOUR),
    ("pause_recorded", aged(pause_request), HOUR),
    ("trial_refusal_recorded", aged(trial_refusal), HOUR),
    ("card_setup_open", aged(card_setup), 26 * HOUR),
    ("payment_method_recorded", aged(payment_method_change), 24 * HOUR),
    ("credit_recorded", aged(customer_credit), 24 * HOUR),
    ("discount_recorded", aged(discount_change), 24 * HOUR),
    ("details_recorded", aged(details_request), 24 * HOUR),
    ("erasure_recorded", aged(erasure), 24 * HOUR),
    ("evidence_recorded", lambda age: evidence(recorded_at=ago(age)), HOUR),
    ("evidence_waiting", lambda age: evidence(state="waiting", created_at=ago(age)), 2 * DAY),
    ("details_due", customer_details, HOUR),
    ("trial_change_recorded", aged(trial_change), HOUR),
    ("terms_recorded", aged(terms_change), HOUR),
    ("seat_change_recorded", aged(seat_change), 24 * HOUR),
    ("seats_due", seats_due, HOUR),
    ("plan_change_recorded", lambda age: plan_change("recorded", age=age), 24 * HOUR),
    ("plan_change_unpaid", lambda age: plan_change("awaiting_payment", age=age), 25 * HOUR),
    ("planned_change_overdue", lambda age: planned_change(state="scheduled", effective_at=ago(age)), 2 * DAY),
    ("schedule_left", lambda age: planned_change(state="succeeded", release_reason="landed", ended_at=ago(age)), DAY),
    ("notice_waiting", notice, HOUR),
    ("staff_task_open", aged(staff_task), 7 * DAY),
    ("past_due_without_invoice", past_due, HOUR),
    ("refunds_do_not_add_up", lambda age: refund(100, said=0, age=age), HOUR),
    *AGED_WEBHOOKS,
    *REFUNDS,
]
CONTRADICTIONS: list[tuple[str, Callable[[], Any]]] = [
    ("two_live_subscriptions", two_live_subscriptions),
    ("subscription_of_nobody", lambda: SubscriptionFactory(stripe_price_id="price_of_no_plan")),
    ("refunded_too_much", lambda: refund(4801)),
]


@pytest.mark.parametrize(("name", "plant", "limit"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_what_waits_too_long_is_found(name: str, plant: Any, limit: timedelta) -> None:
    plant(limit + MINUTE)

    assert broken() == [name]


@pytest.mark.parametrize(("name", "plant", "limit"), LIMITS, ids=[name for name, _, _ in LIMITS])
def test_what_waits_less_is_not_found(name: str, plant: Any, limit: timedelta) -> None:
    plant(limit - MINUTE)

    assert broken() == []


@pytest.mark.parametrize(("name", "plant"), CONTRADICTIONS, ids=[name for name, _ in CONTRADICTIONS])
def test_rows_that_contradict_each_other_are_found(name: str, plant: Any) -> None:
    plant()

    assert broken() == [name]


def test_every_invariant_has_its_test() -> None:
    tested = {name for name, *_ in [*LIMITS, *CONTRADICTIONS, *DUNNING]}

    assert tested == {invariant.name for invariant in INVARIANTS}


def test_a_healthy_installation_passes() -> None:
    price = PriceFactory()
    SubscriptionFactory(price=price)
    late = SubscriptionFactory(price=price, status="past_due")
    InvoiceFactory(stripe_subscription_id=late.stripe_subscription_id, status="open")
    refund(4800)
    out = StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue() == f"All {len(INVARIANTS)} invariants hold.\n"


def test_the_command_fails_and_names_a_few_of_the_rows() -> None:
    for _ in range(12):
        inbox("new")(HOUR)
    out = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("check_invariants", json=True, stdout=out)

    found = json.loads(out.getvalue())["broken"]
    assert refused.value.returncode == 1
    assert [(row["name"], row["count"], len(row["sample"])) for row in found] == [("inbox_new", 12, 10)]


def test_the_schedule_tells_a_person_once_a_day_and_does_not_count_that_itself() -> None:
    inbox("new")(HOUR)

    check_invariants()
    check_invariants()
    StaffTask.objects.update(created_at=timezone.now() - 30 * DAY)

    assert [(task.kind, "inbox" in task.key) for task in StaffTask.objects.all()] == [("invariant", True)]
    assert broken() == ["inbox_new"]
