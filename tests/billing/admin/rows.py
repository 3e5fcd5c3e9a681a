"""One row of everything that staff may look at, each of its own organization."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from billing import audit, notices
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import (
    AuditEntry,
    BillingEmailChange,
    CancelRequest,
    ChangePreview,
    ChargeAttempt,
    CheckoutIntent,
    Customer,
    DetailsRequest,
    Drift,
    Erasure,
    Feature,
    Handled,
    Invoice,
    InvoiceTermsChange,
    LocalTrial,
    Notice,
    PauseRequest,
    Plan,
    PlanChange,
    Price,
    Reconciliation,
    SeatChange,
    StaffTask,
    Subscription,
    Transition,
    TrialAllowance,
    TrialCard,
    TrialChange,
    TrialRedemption,
    TrialRefusal,
    Work,
)
from billing.terms import DriftKind, ObjectKind
from tests.billing.admin.mirrored_rows import MIRRORED
from tests.billing.admin.rows_of_paying import OF_PAYING
from tests.billing.changed_mails import change
from tests.billing.factories import (
    NOW,
    ChargeAttemptFactory,
    CustomerFactory,
    FeatureFactory,
    InvoiceFactory,
    LocalTrialFactory,
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


def checkout_intent(number: int) -> CheckoutIntent:
    return CheckoutIntent.objects.create(
        organization=OrganizationFactory(),
        started_by=UserFactory(),
        request_key=uuid4(),
        price=PriceFactory(lookup_key=f"checkout_{number}", plan=PlanFactory(code=f"bought-{number}")),
        trial_days=14,
        trial_end=NOW + timedelta(days=14),
        stripe_customer_id=f"cus_{number:04}",
        stripe_session_id=f"cs_{number:04}",
    )


def cancel_request(number: int) -> CancelRequest:
    return CancelRequest.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="cancel",
        stripe_subscription_id=f"sub_{number:04}",
        reason="too_expensive",
    )


def plan_change(number: int) -> PlanChange:
    return PlanChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        stripe_subscription_id=f"sub_{number:04}",
        from_price=PriceFactory(lookup_key=f"high_{number}", plan__code=f"high-{number}"),
        from_quantity=1,
        price=PriceFactory(lookup_key=f"low_{number}", plan__code=f"low-{number}"),
        quantity=1,
        direction="down",
        behaviour="period_end",
        state="scheduled",
        stripe_schedule_id=f"sub_sched_{number:04}",
        effective_at=NOW + timedelta(days=20),
    )


def seat_change(number: int) -> SeatChange:
    return SeatChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        origin="person",
        stripe_subscription_id=f"sub_{number:04}",
        stripe_item_id=f"si_{number:04}",
        price=PriceFactory(lookup_key=f"seat_{number}", plan__code=f"seats-{number}"),
        from_quantity=3,
        charged_quantity=5,
        quantity=5,
        held_quantity=5,
        behaviour="now_next_invoice",
        proration_at=NOW,
        period_end=NOW + timedelta(days=20),
    )


def trial_redemption(number: int) -> TrialRedemption:
    intent = checkout_intent(number)
    return TrialRedemption.objects.create(
        email_digest=f"{number:064}", organization=intent.organization, checkout_intent=intent
    )


def trial_refusal(number: int) -> TrialRefusal:
    card = TrialCard.objects.create(
        card_digest=f"{number:064}",
        organization=OrganizationFactory(),
        stripe_subscription_id=f"sub_{number:04}a",
        began_at=NOW,
    )
    return TrialRefusal.objects.create(
        organization=OrganizationFactory(), stripe_subscription_id=f"sub_{number:04}b", first_trial=card
    )


def trial_allowance(number: int) -> TrialAllowance:
    return TrialAllowance.objects.create(
        organization=OrganizationFactory(),
        granted_by=UserFactory(),
        request_key=uuid4(),
        reason=f"Studio-{number} of one owner",
    )


def details_request(number: int) -> DetailsRequest:
    customer = CustomerFactory()
    return DetailsRequest.objects.create(
        organization=customer.organization, customer=customer, requested_by=UserFactory(), action="update"
    )


def erasure(number: int) -> Erasure:
    return Erasure.objects.create(organization=OrganizationFactory(), requested_by=UserFactory(), request_key=uuid4())


def billing_email_change(number: int) -> BillingEmailChange:
    return BillingEmailChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        old_email="old@oakline.example",
        new_email=f"new{number}@oakline.example",
        expires_at=NOW + timedelta(days=2),
    )


def trial_change(number: int) -> TrialChange:
    return TrialChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="extend",
        reason="They asked for it",
        stripe_subscription_id=f"sub_{number:04}",
        ended_before_at=NOW,
        ends_at=NOW + timedelta(days=30),
    )


def terms_change(number: int) -> InvoiceTermsChange:
    return InvoiceTermsChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        stripe_subscription_id=f"sub_{number:04}",
        days_until_due=30,
        reason="They pay by bank transfer",
    )


def pause_request(number: int) -> PauseRequest:
    return PauseRequest.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="pause",
        stripe_subscription_id=f"sub_{number:04}",
        behaviour="void",
        resumes_at=NOW + timedelta(days=60),
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


def change_preview(number: int) -> ChangePreview:
    made = change(OrganizationFactory(name=f"Changing {number}"), state="succeeded", number=number)
    assert made.preview is not None
    return made.preview


# How a row of each model is made, and a text by which its search must find it.
ROWS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    **MIRRORED,
    **OF_PAYING,
    AuditEntry: (audit_entry, lambda row: row.subject),
    BillingEmailChange: (billing_email_change, lambda row: row.new_email),
    Erasure: (erasure, lambda row: row.organization.name),
    DetailsRequest: (details_request, lambda row: row.customer.stripe_customer_id),
    CancelRequest: (cancel_request, lambda row: row.stripe_subscription_id),
    ChangePreview: (change_preview, lambda row: row.organization.name),
    ChargeAttempt: (lambda number: ChargeAttemptFactory(), lambda row: row.stripe_charge_id),
    CheckoutIntent: (checkout_intent, lambda row: row.stripe_session_id),
    Drift: (drift, lambda row: row.stripe_id),
    Reconciliation: (reconciliation, lambda row: row.drifts.get().stripe_id),
    Customer: (lambda number: CustomerFactory(), lambda row: row.stripe_customer_id),
    Feature: (feature, lambda row: row.code),
    InvoiceTermsChange: (terms_change, lambda row: row.stripe_subscription_id),
    Invoice: (lambda number: InvoiceFactory(), lambda row: row.number),
    LocalTrial: (lambda number: LocalTrialFactory(plan__code=f"tried-{number}"), lambda row: row.organization.name),
    Notice: (notice, lambda row: row.content.recipient),
    PauseRequest: (pause_request, lambda row: row.stripe_subscription_id),
    PeriodicTask: (periodic_task, lambda row: row.name),
    Plan: (plan, lambda row: row.code),
    PlanChange: (plan_change, lambda row: row.stripe_schedule_id),
    Price: (price, lambda row: row.stripe_price_id),
    SeatChange: (seat_change, lambda row: row.stripe_subscription_id),
    StaffTask: (staff_task, lambda row: row.key),
    Subscription: (subscription, lambda row: row.organization.email),
    Transition: (transition, lambda row: row.stripe_id),
    TrialAllowance: (trial_allowance, lambda row: row.reason.split()[0]),
    TrialChange: (trial_change, lambda row: row.stripe_subscription_id),
    TrialRedemption: (trial_redemption, lambda row: row.organization.name),
    TrialRefusal: (trial_refusal, lambda row: row.stripe_subscription_id),
    Work: (wanted_work, lambda row: row.stripe_id),
}
