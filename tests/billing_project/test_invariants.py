"""Each invariant is broken by the thing that it forbids, and by nothing younger or healthier."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import (
    CancelRequest,
    CheckoutIntent,
    CustomerDetails,
    DetailsRequest,
    Erasure,
    InvoiceTermsChange,
    Notice,
    PauseRequest,
    PlanChange,
    Refund,
    SeatChange,
    SeatSync,
    StaffTask,
    Transition,
    TrialCard,
    TrialChange,
    TrialRefusal,
    Work,
)
from billing_project.invariants import INVARIANTS, broken_invariants
from billing_project.tasks import check_invariants
from tests.billing.admin.rows_of_paying import card_setup, discount_change, payment_method_change
from tests.billing.factories import (
    ChargeAttemptFactory,
    CustomerFactory,
    InvoiceFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory
from webhooks.models import Backfill, InboxEvent

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def broken() -> list[str]:
    return [finding.name for finding in broken_invariants(timezone.now())]


def inbox(state: str) -> Callable[[timedelta], None]:
    def make(age: timedelta) -> None:
        now = timezone.now()
        InboxEvent.objects.create(event_id=f"evt_{uuid4().hex}", state=state, received_at=now - age)
        Backfill.objects.create(livemode=False, state="finished", since_at=now - HOUR, until_at=now)

    return make


def backfill(age: timedelta) -> None:
    until = timezone.now() - age
    Backfill.objects.create(livemode=False, state="finished", since_at=until - HOUR, until_at=until)


def work(age: timedelta) -> None:
    Work.objects.create(object_key="a", kind="invoice", stripe_id="in_1", want=1, run_at=timezone.now() - age)


def dead_work(age: timedelta) -> None:
    dead_at = timezone.now() - age
    Work.objects.create(object_key="a", kind="invoice", stripe_id="in_1", want=1, run_at=dead_at, dead_at=dead_at)


def transition(age: timedelta) -> None:
    now = timezone.now()
    Transition.objects.create(
        kind="invoice", stripe_id="in_1", livemode=False, to_state="open", observed_at=now - age, business_at=now
    )


def checkout(age: timedelta) -> None:
    CheckoutIntent.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        price=PriceFactory(),
        stripe_customer_id="cus_1",
        state="open",
        created_at=timezone.now() - age,
    )


def cancellation(age: timedelta) -> None:
    CancelRequest.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        action="cancel",
        stripe_subscription_id="sub_1",
        created_at=timezone.now() - age,
    )


def pause(age: timedelta) -> None:
    PauseRequest.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        action="resume",
        stripe_subscription_id="sub_1",
        created_at=timezone.now() - age,
    )


def trial_refusal(age: timedelta) -> None:
    card = TrialCard.objects.create(
        card_digest="a", organization=OrganizationFactory(), stripe_subscription_id="sub_1", began_at=timezone.now()
    )
    TrialRefusal.objects.create(
        organization=OrganizationFactory(),
        stripe_subscription_id="sub_2",
        first_trial=card,
        created_at=timezone.now() - age,
    )


def details_request(age: timedelta) -> None:
    customer = CustomerFactory()
    DetailsRequest.objects.create(
        organization=customer.organization, customer=customer, action="update", created_at=timezone.now() - age
    )


def erasure(age: timedelta) -> None:
    Erasure.objects.create(organization=OrganizationFactory(), request_key=uuid4(), created_at=timezone.now() - age)


def customer_details(age: timedelta) -> None:
    CustomerDetails.objects.create(customer=CustomerFactory(), due_at=timezone.now() - age)


def trial_change(age: timedelta) -> None:
    TrialChange.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        action="end",
        reason="They want to begin",
        stripe_subscription_id="sub_1",
        ended_before_at=timezone.now(),
        created_at=timezone.now() - age,
    )


def terms_change(age: timedelta) -> None:
    InvoiceTermsChange.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        stripe_subscription_id="sub_1",
        days_until_due=30,
        reason="They pay by bank transfer",
        created_at=timezone.now() - age,
    )


def seat_change(age: timedelta) -> None:
    now = timezone.now()
    SeatChange.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        origin="person",
        stripe_subscription_id="sub_1",
        stripe_item_id="si_1",
        price=PriceFactory(),
        from_quantity=3,
        charged_quantity=5,
        quantity=5,
        held_quantity=5,
        behaviour="now_next_invoice",
        proration_at=now,
        period_end=now,
        created_at=now - age,
    )


def aged(make: Callable[[int], Any]) -> Callable[[timedelta], None]:
    def plant(age: timedelta) -> None:
        row = make(1)
        type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - age)

    return plant


def seats_due(age: timedelta) -> None:
    SeatSync.objects.create(organization=OrganizationFactory(), due_at=timezone.now() - age)


def plan_change(state: str, *, age: timedelta) -> None:
    PlanChange.objects.create(
        organization=OrganizationFactory(),
        request_key=uuid4(),
        stripe_subscription_id="sub_1",
        from_quantity=1,
        price=PriceFactory(),
        quantity=1,
        direction="up",
        behaviour="now_invoice",
        state=state,
        created_at=timezone.now() - age,
    )


def ago(age: timedelta) -> datetime:
    return timezone.now() - age


def planned_change(**changed: Any) -> None:
    price = PriceFactory()
    PlanChange.objects.create(
        **{
            "organization": OrganizationFactory(),
            "request_key": uuid4(),
            "stripe_subscription_id": "sub_1",
            "stripe_schedule_id": "sub_sched_1",
            "from_price": price,
            "from_quantity": 1,
            "price": price,
            "quantity": 1,
            "direction": "down",
            "behaviour": "period_end",
            **changed,
        }
    )


def notice(age: timedelta) -> None:
    Notice.objects.create(key="a", kind="b", run_at=timezone.now() - age)


def staff_task(age: timedelta) -> None:
    StaffTask.objects.create(key="a", kind="b", summary="c", created_at=timezone.now() - age)


def past_due(age: timedelta) -> None:
    SubscriptionFactory(status="past_due", fetched_at=timezone.now() - age)


def refund(amount: int, *, of: int = 4800, said: int | None = None, age: timedelta = 2 * HOUR) -> None:
    now = timezone.now()
    charge = ChargeAttemptFactory(
        amount_captured_minor=of, amount_refunded_minor=amount if said is None else said, fetched_at=now - age
    )
    Refund.objects.create(
        stripe_refund_id=f"re_{uuid4().hex}",
        livemode=False,
        stripe_charge_id=charge.stripe_charge_id,
        status="succeeded",
        currency="eur",
        amount_minor=amount,
        created_at=now,
        fetched_at=now,
    )


LIMITS: list[tuple[str, Callable[[timedelta], Any], timedelta]] = [
    ("inbox_new", inbox("new"), 5 * MINUTE),
    ("inbox_dispatched", inbox("dispatched"), 2 * HOUR),
    ("inbox_dead", inbox("dead"), DAY),
    ("inbox_quarantined", inbox("quarantined"), DAY),
    ("backfill_late", backfill, HOUR),
    ("work_overdue", work, 10 * MINUTE),
    ("work_dead", dead_work, DAY),
    ("transition_unsettled", transition, 25 * HOUR),
    ("checkout_open", checkout, 26 * HOUR),
    ("cancellation_recorded", cancellation, HOUR),
    ("pause_recorded", pause, HOUR),
    ("trial_refusal_recorded", trial_refusal, HOUR),
    ("card_setup_open", aged(card_setup), 26 * HOUR),
    ("payment_method_recorded", aged(payment_method_change), 24 * HOUR),
    ("discount_recorded", aged(discount_change), 24 * HOUR),
    ("details_recorded", details_request, 24 * HOUR),
    ("erasure_recorded", erasure, 24 * HOUR),
    ("details_due", customer_details, HOUR),
    ("trial_change_recorded", trial_change, HOUR),
    ("terms_recorded", terms_change, HOUR),
    ("seat_change_recorded", seat_change, 24 * HOUR),
    ("seats_due", seats_due, HOUR),
    ("plan_change_recorded", lambda age: plan_change("recorded", age=age), 24 * HOUR),
    ("plan_change_unpaid", lambda age: plan_change("awaiting_payment", age=age), 25 * HOUR),
    ("planned_change_overdue", lambda age: planned_change(state="scheduled", effective_at=ago(age)), 2 * DAY),
    ("schedule_left", lambda age: planned_change(state="succeeded", release_reason="landed", ended_at=ago(age)), DAY),
    ("notice_waiting", notice, HOUR),
    ("staff_task_open", staff_task, 7 * DAY),
    ("past_due_without_invoice", past_due, HOUR),
    ("refunds_do_not_add_up", lambda age: refund(100, said=0, age=age), HOUR),
]
CONTRADICTIONS: list[tuple[str, Callable[[], Any]]] = [
    ("two_live_subscriptions", lambda: two_live_subscriptions()),
    ("subscription_of_nobody", lambda: SubscriptionFactory(stripe_price_id="price_of_no_plan")),
    ("refunded_too_much", lambda: refund(4801)),
]


def two_live_subscriptions() -> None:
    price, organization = PriceFactory(), OrganizationFactory()
    for _ in range(2):
        SubscriptionFactory(organization=organization, price=price)


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
    tested = {name for name, *_ in [*LIMITS, *CONTRADICTIONS]}

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
