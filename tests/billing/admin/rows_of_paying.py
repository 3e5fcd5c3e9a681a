"""One row of what people decided about cards and discounts, each of its own organization."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db.models import Model

from billing.models import CardSetup, DiscountChange, PaymentMethodChange
from tests.factories import OrganizationFactory, UserFactory


def card_setup(number: int) -> CardSetup:
    return CardSetup.objects.create(
        organization=OrganizationFactory(),
        started_by=UserFactory(),
        request_key=uuid4(),
        stripe_customer_id=f"cus_{number:04}",
        stripe_session_id=f"cs_setup_{number:04}",
    )


def payment_method_change(number: int) -> PaymentMethodChange:
    return PaymentMethodChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="default",
        stripe_payment_method_id=f"pm_{number:04}",
        stripe_customer_id=f"cus_{number:04}",
        stripe_subscription_ids=[f"sub_{number:04}"],
    )


def discount_change(number: int) -> DiscountChange:
    return DiscountChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="apply",
        stripe_subscription_id=f"sub_{number:04}",
        code="WELCOME",
        stripe_promotion_code_id="promo_1",
    )


OF_PAYING: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    CardSetup: (card_setup, lambda row: row.stripe_session_id),
    DiscountChange: (discount_change, lambda row: row.stripe_subscription_id),
    PaymentMethodChange: (payment_method_change, lambda row: row.stripe_payment_method_id),
}
