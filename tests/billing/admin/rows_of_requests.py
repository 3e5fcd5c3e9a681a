"""One row of each thing that people asked for, each of its own organization."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model

from billing.models import (
    ApiKey,
    ApiRequest,
    BillingEmailChange,
    CancelRequest,
    ChangePreview,
    CheckoutIntent,
    DetailsRequest,
    Erasure,
    InvoiceTermsChange,
    PauseRequest,
    PlanChange,
    SeatChange,
)
from tests.billing.changed_mails import change
from tests.billing.factories import NOW, CustomerFactory, PlanFactory, PriceFactory
from tests.factories import OrganizationFactory, UserFactory


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


def change_preview(number: int) -> ChangePreview:
    made = change(OrganizationFactory(name=f"Changing {number}"), state="succeeded", number=number)
    assert made.preview is not None
    return made.preview


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


def details_request(number: int) -> DetailsRequest:
    customer = CustomerFactory()
    return DetailsRequest.objects.create(
        organization=customer.organization, customer=customer, requested_by=UserFactory(), action="update"
    )


def billing_email_change(number: int) -> BillingEmailChange:
    return BillingEmailChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        old_email="old@oakline.example",
        new_email=f"new{number}@oakline.example",
        expires_at=NOW + timedelta(days=2),
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


def erasure(number: int) -> Erasure:
    return Erasure.objects.create(organization=OrganizationFactory(), requested_by=UserFactory(), request_key=uuid4())


def api_key(number: int) -> ApiKey:
    return ApiKey.objects.create(
        organization=OrganizationFactory(),
        livemode=False,
        name=f"Shop {number}",
        public_id=f"{number:012x}",
        secret_hash="0" * 64,
        last_four="abcd",
        scopes=["entitlements:read"],
        request_key=uuid4(),
        created_by=UserFactory(),
    )


def api_request(number: int) -> ApiRequest:
    key = api_key(number)
    return ApiRequest.objects.create(
        organization=key.organization,
        api_key=key,
        caller=f"key:{key.lineage.hex}",
        idempotency_key=f"order-{number:04}",
        method="POST",
        path="/api/v1/subscription/cancel/",
        body_hash="0" * 64,
        lease_until=NOW,
    )


OF_REQUESTS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    ApiKey: (api_key, lambda row: row.public_id),
    ApiRequest: (api_request, lambda row: row.idempotency_key),
    BillingEmailChange: (billing_email_change, lambda row: row.new_email),
    Erasure: (erasure, lambda row: row.organization.name),
    DetailsRequest: (details_request, lambda row: row.customer.stripe_customer_id),
    CancelRequest: (cancel_request, lambda row: row.stripe_subscription_id),
    ChangePreview: (change_preview, lambda row: row.organization.name),
    CheckoutIntent: (checkout_intent, lambda row: row.stripe_session_id),
    InvoiceTermsChange: (terms_change, lambda row: row.stripe_subscription_id),
    PauseRequest: (pause_request, lambda row: row.stripe_subscription_id),
    PlanChange: (plan_change, lambda row: row.stripe_schedule_id),
    SeatChange: (seat_change, lambda row: row.stripe_subscription_id),
}
