"""Staff can list the customers that may use a plan or a feature now."""

import pytest
from django.urls import reverse

from billing.models import Customer
from tests.billing.factories import (
    CustomerFactory,
    FeatureFactory,
    FreePlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscriber() -> Customer:
    FreePlanFactory()
    price = PriceFactory()
    PlanFeatureFactory(plan=price.plan, feature=FeatureFactory(code="exports"))
    customer = CustomerFactory()
    SubscriptionFactory(price=price, organization=customer.organization)
    return customer


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("uses_plan=growth", ["subscriber"]),
        ("uses_plan=free", ["other"]),
        ("uses_feature=exports", ["subscriber"]),
        ("uses_feature=sso", []),
        ("", ["other", "subscriber"]),
    ],
)
def test_the_list_holds_who_may_use_it_now(admin_client, subscriber: Customer, query: str, listed: list[str]) -> None:
    names = {subscriber.stripe_customer_id: "subscriber", CustomerFactory().stripe_customer_id: "other"}

    page = admin_client.get(f"{reverse('admin:billing_customer_changelist')}?{query}")

    shown = [names[row.stripe_customer_id] for row in page.context["cl"].result_list]
    assert sorted(shown) == listed
