"""One customer for an organization, also when the worker died between Stripe's answer and our record of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organization
from billing.gateway import customers
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.models import Customer
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def create_and_die(shop: Shop) -> str:
    """Stripe has made the customer, and nobody wrote down its id."""
    row = Customer.objects.create(
        organization=shop.organization,
        livemode=False,
        creation_name=shop.organization.name,
        creation_email=shop.organization.email,
    )
    created = customers.create(
        name=row.creation_name,
        email=row.creation_email,
        metadata={"billing_customer": str(row.uuid), "organization": str(shop.organization.uuid)},
        key=f"{row.uuid}:create",
    )
    return str(created["id"])


def test_a_repeat_under_another_name_and_e_mail_reaches_the_same_customer(shop: Shop) -> None:
    first_id = create_and_die(shop)
    Organization.objects.update(name="Oakline & Daughters", email="accounts@oakline.example")

    customer = ensure_customer(shop.organization)

    assert customer.stripe_customer_id == first_id
    assert (customer.creation_name, customer.creation_email) == ("", "")


def test_a_repeat_after_stripe_forgot_the_key_finds_the_customer(shop: Shop) -> None:
    first_id = create_and_die(shop)
    shop.advance("P2D")
    Customer.objects.update(created_at=timezone.now() - timedelta(days=2))

    customer = ensure_customer(shop.organization)

    assert customer.stripe_customer_id == first_id
    assert len(client().v1.customers.list()["data"]) == 1


def test_a_late_first_call_makes_the_customer(shop: Shop) -> None:
    Customer.objects.create(
        organization=shop.organization,
        livemode=False,
        creation_name=shop.organization.name,
        creation_email=shop.organization.email,
        created_at=timezone.now() - timedelta(days=2),
    )

    customer = ensure_customer(shop.organization)

    made = client().v1.customers.retrieve(str(customer.stripe_customer_id))
    assert (made["name"], made["email"]) == (shop.organization.name, shop.organization.email)
