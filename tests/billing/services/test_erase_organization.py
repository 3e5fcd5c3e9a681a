"""Deleting an organization: Stripe first, as Stripe lists it; then nothing personal is left, and the books are."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps

from accounts.models import Consent, Invitation, Membership, Organization
from billing import clock
from billing.errors import InvalidInput
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.mirror.rows.details import write_details
from billing.models import (
    AuditEntry,
    ChargeAttempt,
    Customer,
    CustomerDetails,
    Erasure,
    Invoice,
    Notice,
    NoticeContent,
    StaffTask,
    Subscription,
    Transition,
)
from billing.rules.customer_details import PostalAddress
from billing.services.billing_details import save_details
from billing.services.send_notices import send_due_notices
from tests.billing.services.erasing import NAME, customer_of, erase, go_on, live_at_stripe, stays
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("Oakline", "oakline.example", "Oak Street", "198.51.100.7")


def everything_kept() -> str:
    """All rows of the product and of dj-stripe as text, but those of people and of sessions."""
    left_out = {"User", "EmailAddress", "Session", "APIKey", "Account"}
    models = [
        model
        for label in ("accounts", "billing", "djstripe", "admin")
        for model in apps.get_app_config(label).get_models()
        if model.__name__ not in left_out
    ]
    return "\n".join(str(list(model._default_manager.values())) for model in models)


def test_it_ends_the_plan_at_stripe_and_takes_everybody_out(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer_id = customer_of(shop)
    MembershipFactory(organization=shop.organization, role="member")

    erasure = erase(shop)
    shop.work_off()

    assert erasure.state == "succeeded"
    assert live_at_stripe(customer_id) == []
    assert client().v1.customers.retrieve(customer_id)["deleted"]
    assert not Membership.objects.exists()
    subscription.refresh_from_db()
    assert subscription.status == "canceled"


def test_nothing_personal_is_left_and_the_books_are(shop: Shop) -> None:
    shop.subscribe()
    address = PostalAddress(line1="Oak Street 1", city="Leipzig", country="DE")
    save_details(shop.organization, name=NAME, address=address, request_key=uuid4(), actor=shop.owner, now=shop.now)
    Consent.objects.create(
        user=shop.owner, organization=shop.organization, occasion="checkout", ip_address="198.51.100.7"
    )
    Invitation.objects.create(
        organization=shop.organization, email="dora@oakline.example", role="member", expires_at=shop.now
    )
    StaffTask.objects.create(key="a", kind="b", organization=shop.organization, summary=f"{NAME} has two plans")
    send_due_notices(shop.now)
    shop.look_at_customer()
    assert all(secret in everything_kept() for secret in SECRETS)
    books = [model.objects.count() for model in (Invoice, ChargeAttempt, Subscription, Transition)]

    erase(shop)
    shop.work_off()
    send_due_notices(shop.now)
    go_on()

    kept = everything_kept()
    assert [secret for secret in SECRETS if secret in kept] == []
    assert [model.objects.count() for model in (Invoice, ChargeAttempt, Subscription)] == books[:3]
    assert Transition.objects.count() >= books[3]
    assert Invoice.objects.get().total_minor == 12800
    organization = Organization.objects.get()
    assert organization.name == f"Deleted organization {organization.uuid.hex[:8]}"
    assert AuditEntry.objects.filter(action="organization_erased", organization=organization).count() == 1


def test_the_last_mail_goes_to_the_billing_address_and_is_then_forgotten(shop: Shop, mailoutbox) -> None:
    email = shop.organization.email
    erase(shop)

    send_due_notices(shop.now)
    go_on()

    assert [mail.to for mail in mailoutbox] == [[email]]
    assert Notice.objects.get(kind="organization_erased").state == "sent"
    assert not NoticeContent.objects.exists()


def test_a_subscription_that_our_rows_do_not_know_is_ended_too(shop: Shop) -> None:
    customer_id = str(ensure_customer(shop.organization).stripe_customer_id)
    method = client().v1.payment_methods.attach("pm_card_visa", params={"customer": customer_id})
    made = client().v1.subscriptions.create(
        params={
            "customer": customer_id,
            "items": [{"price": shop.scale.stripe_price_id}],
            "default_payment_method": method["id"],
        }
    )
    assert not Subscription.objects.exists()

    erase(shop)

    assert client().v1.subscriptions.retrieve(made["id"])["status"] == "canceled"


def test_a_customer_that_our_rows_have_lost_is_found_by_our_mark_on_it(shop: Shop) -> None:
    customer_id = str(ensure_customer(shop.organization).stripe_customer_id)
    Customer.objects.all().delete()

    erase(shop)

    assert client().v1.customers.retrieve(customer_id)["deleted"]


def test_open_checkouts_schedules_and_invoices_are_closed_at_stripe(shop: Shop) -> None:
    intent = shop.start(shop.scale)
    customer_id = intent.stripe_customer_id
    v1 = client().v1
    schedule = v1.subscription_schedules.create(
        params={
            "customer": customer_id,
            "start_date": int((shop.now + timedelta(days=5)).timestamp()),
            "phases": [{"items": [{"price": shop.scale.stripe_price_id}], "duration": {"interval": "month"}}],
        }
    )
    invoice = v1.invoices.create(
        params={"customer": customer_id, "collection_method": "send_invoice", "days_until_due": 30}
    )
    v1.invoice_items.create(
        params={"customer": customer_id, "invoice": invoice["id"], "amount": 500, "currency": "eur"}
    )
    v1.invoices.finalize_invoice(invoice["id"])

    erase(shop)

    assert v1.checkout.sessions.retrieve(str(intent.stripe_session_id))["status"] == "expired"
    assert v1.subscription_schedules.retrieve(schedule["id"])["status"] == "canceled"
    assert v1.invoices.retrieve(invoice["id"])["status"] == "void"


def test_another_name_deletes_nothing(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        erase(shop, typed_name="Oakline")

    assert stays(shop)
    assert not Erasure.objects.exists()


def test_a_fetch_from_before_the_deletion_does_not_bring_back_who_it_was(shop: Shop) -> None:
    shop.subscribe()
    row = Customer.objects.get()
    fetched = client().v1.customers.retrieve(str(row.stripe_customer_id), params={"expand": ["tax_ids"]})
    erase(shop)

    write_details(Customer.objects.get(), fetched, now=clock.system_now())

    assert not CustomerDetails.objects.exists()
