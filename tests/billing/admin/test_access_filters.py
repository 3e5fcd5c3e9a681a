"""Staff can list the customers that may use a plan or a feature now."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing import clock
from billing.models import Customer, Subscription
from billing.templatetags.billing import day_text
from tests.billing.cases import give_case
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


def test_who_may_only_read_is_listed_and_the_customers_page_says_why(admin_client, subscriber: Customer) -> None:
    now = clock.business_now()
    Subscription.objects.update(status="past_due", past_due_at=now - timedelta(days=15))
    case = give_case(
        Subscription.objects.get(),
        now=now,
        read_only_at=now - timedelta(days=1),
        access_closes_at=now + timedelta(days=6),
    )
    CustomerFactory()
    url = reverse("admin:billing_customer_changelist")

    page = admin_client.get(f"{url}?read_only=yes")
    words = admin_client.get(reverse("admin:billing_customer_change", args=[subscriber.pk])).content.decode()

    assert [row.pk for row in page.context["cl"].result_list] == [subscriber.pk]
    since, until = (day_text(at) for at in (case.read_only_at, case.access_closes_at))
    assert f"Growth (grace), read-only since {since}, until {until}" in words
