"""One row of everything that staff may look at, each of its own organization."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from billing import audit, notices
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import (
    AuditEntry,
    ChargeAttempt,
    Customer,
    Drift,
    Feature,
    Handled,
    Invoice,
    Notice,
    Plan,
    Price,
    Reconciliation,
    StaffTask,
    Subscription,
    Transition,
    Work,
)
from billing.terms import DriftKind, ObjectKind
from tests.billing.admin.mirrored_rows import MIRRORED
from tests.billing.admin.rows_of_dunning import OF_DUNNING
from tests.billing.admin.rows_of_paying import OF_PAYING
from tests.billing.admin.rows_of_refunds import OF_REFUNDS
from tests.billing.admin.rows_of_requests import OF_REQUESTS
from tests.billing.admin.rows_of_the_desk import OF_THE_DESK
from tests.billing.admin.rows_of_trials import OF_TRIALS
from tests.billing.admin.rows_of_webhooks import OF_WEBHOOKS
from tests.billing.factories import (
    NOW,
    ChargeAttemptFactory,
    CustomerFactory,
    FeatureFactory,
    InvoiceFactory,
    PlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory, UserFactory


def plan(number: int) -> Plan:
    made = PlanFactory(code=f"plan-{number}")
    PlanFeatureFactory(plan=made, feature=feature(number))
    PriceFactory(plan=made)
    return made


def feature(number: int) -> Feature:
    return FeatureFactory(code=f"feature-{number}")


def price(number: int) -> Price:
    return PriceFactory(plan=plan(number + 100), lookup_key=f"key_{number}")


def transition(number: int) -> Transition:
    made = Transition.objects.create(
        kind=ObjectKind.SUBSCRIPTION,
        stripe_id=f"sub_{number:04}",
        organization=OrganizationFactory(),
        livemode=False,
        from_state="trialing",
        to_state="active",
        event_ids=["evt_1", "evt_2"],
        business_at=NOW,
    )
    Handled.objects.create(transition=made, reaction="announce_start")
    return made


def notice(number: int) -> Notice:
    made = notices.enqueue(
        "local_trial_ended",
        key=f"trial_ended:{number}",
        organization=OrganizationFactory(),
        cause_at=NOW,
        plan=PlanFactory(),
        ends_at=NOW,
    )
    assert made is not None
    return made


def staff_task(number: int) -> StaffTask:
    return StaffTask.objects.create(
        key=f"second_subscription:{number}",
        kind="second_subscription",
        organization=OrganizationFactory(),
        summary=f"Two live subscriptions, no. {number}",
    )


def audit_entry(number: int) -> AuditEntry:
    return audit.record(
        "portal_opened",
        subject=f"cus_{number}",
        organization=OrganizationFactory(),
        actor=UserFactory(),
        page="billing",
    )


def wanted_work(number: int) -> Work:
    ref = ObjectRef(ObjectKind.SUBSCRIPTION, f"sub_{number:04}")
    work.want([ref], event_id="evt_1")
    return Work.objects.get(pk=ref.key)


def periodic_task(number: int) -> PeriodicTask:
    every, _ = IntervalSchedule.objects.get_or_create(every=number + 1, period=IntervalSchedule.SECONDS)
    return PeriodicTask.objects.create(name=f"billing.sweep {number}", task="billing.tasks.sweep", interval=every)


def reconciliation(number: int) -> Reconciliation:
    return drift(number).reconciliation


def drift(number: int) -> Drift:
    run = Reconciliation.objects.create(
        livemode=False,
        state="finished",
        does_repair=True,
        asked_by="schedule",
        objects_compared=2000,
        drifts_found=1,
        drifts_repaired=1,
        finished_at=NOW,
    )
    return Drift.objects.create(
        reconciliation=run,
        object_kind=ObjectKind.SUBSCRIPTION,
        stripe_id=f"sub_{number:04}",
        organization=OrganizationFactory(),
        kind=DriftKind.QUANTITY,
        ours="quantity 5",
        theirs="quantity 1",
        outcome="repaired",
        repaired_at=NOW,
    )


def subscription(number: int) -> Subscription:
    return SubscriptionFactory(price=PriceFactory(lookup_key=f"sold_{number}", plan__code=f"sold-{number}"))


# How a row of each model is made, and a text by which its search must find it.
ROWS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    **MIRRORED,
    **OF_DUNNING,
    **OF_PAYING,
    **OF_REFUNDS,
    **OF_REQUESTS,
    **OF_THE_DESK,
    **OF_TRIALS,
    **OF_WEBHOOKS,
    AuditEntry: (audit_entry, lambda row: row.subject),
    ChargeAttempt: (lambda number: ChargeAttemptFactory(), lambda row: row.stripe_charge_id),
    Drift: (drift, lambda row: row.stripe_id),
    Reconciliation: (reconciliation, lambda row: row.drifts.get().stripe_id),
    Customer: (lambda number: CustomerFactory(), lambda row: row.stripe_customer_id),
    Feature: (feature, lambda row: row.code),
    Invoice: (lambda number: InvoiceFactory(), lambda row: row.number),
    Notice: (notice, lambda row: row.content.recipient),
    PeriodicTask: (periodic_task, lambda row: row.name),
    Plan: (plan, lambda row: row.code),
    Price: (price, lambda row: row.stripe_price_id),
    StaffTask: (staff_task, lambda row: row.key),
    Subscription: (subscription, lambda row: row.organization.email),
    Transition: (transition, lambda row: row.stripe_id),
    Work: (wanted_work, lambda row: row.stripe_id),
}
