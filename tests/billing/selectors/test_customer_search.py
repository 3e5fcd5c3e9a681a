"""Whoever staff look for is found by anything at hand, and nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from billing.selectors.customer_search import MOST, Found, search_customers
from tests.billing.admin import mirrored_rows
from tests.billing.admin.rows_of_requests import checkout_intent
from tests.billing.factories import (
    ChargeAttemptFactory,
    CustomerFactory,
    InvoiceFactory,
    PaymentMethodFactory,
    SubscriptionFactory,
)
from tests.factories import MembershipFactory, OrganizationFactory
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db


def found_in(found: Found) -> set[int]:
    return {hit.organization_id for group in found.groups for hit in group.hits}


@pytest.fixture
def oakline() -> Organization:
    """A customer with one row of everything by which one can be found, beside another one."""
    row = OrganizationFactory(name="Oakline Studio", email="Books@Oakline.example")
    MembershipFactory(organization=row, user__email="alice@people.example", user__full_name="Alice Nguyen")
    customer = CustomerFactory(organization=row, stripe_customer_id="cus_Oak1")
    SubscriptionFactory(organization=row, stripe_subscription_id="sub_Oak1")
    InvoiceFactory(organization=row, stripe_invoice_id="in_Oak1", number="OAK-0001")
    PaymentMethodFactory(
        stripe_customer_id=customer.stripe_customer_id, stripe_payment_method_id="pm_Oak1", card_last4="1881"
    )
    ChargeAttemptFactory(
        organization=row, stripe_charge_id="ch_Oak1", stripe_payment_intent_id="pi_Oak1", card_last4="0005"
    )
    for make, field in (
        (mirrored_rows.refund, "stripe_refund_id"),
        (mirrored_rows.dispute, "stripe_dispute_id"),
        (mirrored_rows.early_fraud_warning, "stripe_early_fraud_warning_id"),
        (mirrored_rows.credit_note, "stripe_credit_note_id"),
        (mirrored_rows.subscription_schedule, "stripe_schedule_id"),
        (checkout_intent, "stripe_session_id"),
    ):
        other = make(7)
        prefix = getattr(other, field).rpartition("_")[0]
        type(other).objects.filter(pk=other.pk).update(organization=row, **{field: f"{prefix}_Oak1"})
    InboxEvent.objects.create(provider="stripe", endpoint="stripe", event_id="evt_Oak1", object_id="in_Oak1")
    InvoiceFactory(number="ELM-0001")
    return row


@pytest.mark.parametrize(
    "text",
    [
        *("cus_Oak1", "sub_Oak1", "sub_sched_Oak1", "in_Oak1", "ch_Oak1", "pi_Oak1", "re_Oak1", "dp_Oak1"),
        *("issfr_Oak1", "cn_Oak1", "pm_Oak1", "cs_Oak1", "evt_Oak1", " in_Oak1 "),
        *("OAK-0001", "oak-0001", "books@oakline.example", "alice@people.example", "ALICE@people.example"),
    ],
)
def test_what_is_one_customers_alone_leads_straight_there(oakline: Organization, text: str) -> None:
    assert search_customers(text).only == oakline.pk


def test_our_own_id_leads_there_as_well(oakline: Organization) -> None:
    assert search_customers(str(oakline.uuid)).only == oakline.pk


@pytest.mark.parametrize("text", ["oakline", "STUDIO", "line st", "nguyen", "1881", "0005"])
def test_a_part_of_a_name_or_the_end_of_a_card_is_a_choice(oakline: Organization, text: str) -> None:
    found = search_customers(text)

    assert found_in(found) >= {oakline.pk}
    assert found.only is None


@pytest.mark.parametrize(
    "text", ["cus_Nobody", "nobody@oakline.example", "evt_Nobody", "xyz_1", "zz%", "_", "'; --", "9999", "in_%", "x"]
)
def test_what_fits_nobody_says_so(oakline: Organization, text: str) -> None:
    found = search_customers(text)

    assert (found.groups, bool(found.hint)) == ((), True)


def test_what_belongs_to_nobody_we_know_is_told_apart() -> None:
    InvoiceFactory(organization=None, stripe_invoice_id="in_Stray")

    assert "belongs to nobody we know" in search_customers("in_Stray").hint


def test_the_hits_are_bounded_and_say_that_there_are_more() -> None:
    OrganizationFactory.create_batch(MOST + 5, name="Oak")
    with CaptureQueriesContext(connection) as queries:
        (group,) = search_customers("oak").groups

    assert (len(group.hits), group.has_more) == (MOST, True)
    assert len(queries) <= 7
