"""Rows of a chosen age, each of which waits for something, and rows that contradict each other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from billing.models import (
    CheckoutIntent,
    CustomerDetails,
    EvidenceSubmission,
    Notice,
    PlanChange,
    Refund,
    SeatSync,
    Transition,
    Work,
)
from tests.billing.admin.mirrored_rows import dispute
from tests.billing.factories import ChargeAttemptFactory, CustomerFactory, PriceFactory, SubscriptionFactory
from tests.factories import OrganizationFactory
from webhooks.models import Backfill, InboxEvent

HOUR = timedelta(hours=1)


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


def customer_details(age: timedelta) -> None:
    CustomerDetails.objects.create(customer=CustomerFactory(), due_at=timezone.now() - age)


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


def two_live_subscriptions() -> None:
    price, organization = PriceFactory(), OrganizationFactory()
    for _ in range(2):
        SubscriptionFactory(organization=organization, price=price)


def evidence(**changed: Any) -> None:
    EvidenceSubmission.objects.create(
        dispute=dispute(1), kind="submit", phase="chargeback", request_key=uuid4(), **changed
    )
