"""The whole state of a customer in one go: complete, of this customer only, and plain enough for any program."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from billing.models import Price, Subscription
from billing.selectors.customer_state import customer_state, subscription_as_dict
from tests.billing.factories import (
    NOW,
    CustomerFactory,
    FeatureFactory,
    FreePlanFactory,
    InvoiceFactory,
    LocalTrialFactory,
    PaymentMethodFactory,
    PlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    FreePlanFactory()
    return OrganizationFactory()


def _subscribed(organization: Organization, **state) -> Subscription:
    plan = PlanFactory(code="growth")
    PlanFeatureFactory(plan=plan, feature=FeatureFactory(code="exports"))
    PlanFeatureFactory(plan=plan, feature=FeatureFactory(code="projects", name="Projects", kind="limit"), limit=25)
    PlanFeatureFactory(
        plan=plan, feature=FeatureFactory(code="people", name="People", kind="limit"), is_unlimited=True
    )
    method = PaymentMethodFactory()
    CustomerFactory(organization=organization, default_stripe_payment_method_id=method.stripe_payment_method_id)
    return SubscriptionFactory(organization=organization, price=PriceFactory(plan=plan), quantity=3, **state)


def test_it_says_all_there_is_in_plain_values(organization: Organization) -> None:
    row = _subscribed(organization, cancel_at=NOW + timedelta(days=23))
    invoice = InvoiceFactory(organization=organization, status="open")

    told = json.loads(json.dumps(customer_state(organization, NOW).as_dict()))

    assert told["organization"] == str(organization.uuid)
    assert told["as_of"] == "2026-11-21T12:00:00Z"
    assert (told["access"]["plan"], told["access"]["reason"]) == ("growth", "cancelling")
    assert told["access"]["until"] == "2026-12-14T12:00:00Z"
    assert told["features"]["exports"] == {
        "is_included": True, "is_limit": False, "is_unlimited": False, "limit": None, "used": None,
    }  # fmt: skip
    assert told["features"]["projects"]["limit"] == 75  # Bought three times.
    assert (told["features"]["people"]["is_unlimited"], told["features"]["people"]["used"]) == (True, 0)
    [subscription] = told["subscriptions"]
    assert subscription["id"] == row.stripe_subscription_id
    assert (subscription["plan"], subscription["quantity"], subscription["amount_minor"]) == ("growth", 3, 4800)
    assert told["open_invoices"][0]["id"] == invoice.stripe_invoice_id
    assert told["open_invoices"][0]["amount_remaining_minor"] == 4800
    assert told["payment_method"]["card_last4"] == "4242"


def test_it_names_nobody(organization: Organization) -> None:
    _subscribed(organization)

    told = json.dumps(customer_state(organization, NOW).as_dict())

    assert organization.email not in told
    assert organization.name not in told


def test_of_another_customer_and_of_the_other_mode_it_knows_nothing(organization: Organization) -> None:
    SubscriptionFactory()
    InvoiceFactory(status="open")
    LocalTrialFactory()
    CustomerFactory(default_stripe_payment_method_id="pm_of_somebody_else")
    SubscriptionFactory(organization=organization, price=Price.objects.get(), livemode=True)
    InvoiceFactory(organization=organization, status="open", livemode=True)

    told = customer_state(organization, NOW).as_dict()

    assert told["access"]["reason"] == "free"
    assert (told["subscriptions"], told["open_invoices"]) == ([], [])
    assert (told["local_trial"], told["payment_method"]) == (None, None)


def test_what_is_over_or_paid_is_left_out(organization: Organization) -> None:
    ended = SubscriptionFactory(organization=organization, status="canceled", ended_at=NOW)
    InvoiceFactory(organization=organization, status="paid")

    told = customer_state(organization, NOW).as_dict()

    assert (told["subscriptions"], told["open_invoices"]) == ([], [])
    assert subscription_as_dict(ended)["ended_at"] == "2026-11-21T12:00:00Z"


def test_a_price_that_no_plan_has_is_told_without_a_plan(organization: Organization) -> None:
    SubscriptionFactory(organization=organization, stripe_price_id="price_of_nobody")

    [subscription] = customer_state(organization, NOW).as_dict()["subscriptions"]

    assert (subscription["plan"], subscription["amount_minor"]) == ("", None)


def test_it_costs_as_much_for_many_rows_as_for_few(organization: Organization) -> None:
    _subscribed(organization)
    with CaptureQueriesContext(
        connection,
    ) as few:
        customer_state(organization, NOW)
    SubscriptionFactory.create_batch(3, organization=organization, price=Price.objects.get())
    InvoiceFactory.create_batch(3, organization=organization, status="open")

    with CaptureQueriesContext(connection) as many:
        customer_state(organization, NOW)

    assert len(many) == len(few) <= 15
