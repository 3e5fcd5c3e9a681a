"""A customer that was deleted at Stripe: what hung on it is over, our rows stay, the organization buys again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Customer, PaymentMethod, Subscription
from billing.selectors.access import access_for
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def delete_at_stripe(shop: Shop) -> str:
    customer_id = str(shop.organization.billing_customers.get(is_deleted=False).stripe_customer_id)
    client().v1.customers.delete(customer_id)
    return customer_id


def learn_of(shop: Shop, customer_id: str) -> None:
    """What the webhook `customer.deleted` alone leads to, with those of the subscription lost."""
    refresh(ObjectRef(ObjectKind.CUSTOMER, customer_id))
    shop.work_off()


def test_its_subscription_ends_and_its_card_is_dropped(shop: Shop) -> None:
    shop.subscribe()
    customer_id = delete_at_stripe(shop)

    learn_of(shop, customer_id)

    assert Subscription.objects.get().status == "canceled"
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert not PaymentMethod.objects.exclude(stripe_customer_id="").exists()
    row = Customer.objects.get()
    assert (row.is_deleted, row.default_stripe_payment_method_id) == (True, "")


def test_the_organization_buys_again_with_a_new_customer(shop: Shop) -> None:
    shop.subscribe()
    first_id = delete_at_stripe(shop)
    learn_of(shop, first_id)

    intent = shop.start(shop.scale)
    assert shop.pay(intent).status == 303
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()

    assert intent.stripe_customer_id != first_id
    assert access_for(shop.organization, shop.now).plan_code == "scale"
    assert list(Customer.objects.order_by("pk").values_list("is_deleted", flat=True)) == [True, False]


def test_a_click_before_any_webhook_reaches_a_new_customer_and_closes_the_old_session(shop: Shop) -> None:
    old = shop.start(shop.scale)
    first_id = delete_at_stripe(shop)

    new = shop.start(shop.scale)

    old.refresh_from_db()
    assert old.state == "expired"
    assert new.pk != old.pk
    assert new.stripe_customer_id != first_id


def test_fifty_parallel_clicks_after_it_make_one_new_customer(shop: Shop) -> None:
    ensure_customer(shop.organization)
    learn_of(shop, delete_at_stripe(shop))

    def click(_: int) -> str:
        try:
            return str(ensure_customer(shop.organization).stripe_customer_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(click, range(50)))

    assert len(ids) == 1
    assert Customer.objects.filter(is_deleted=False).count() == 1
    assert [found["id"] for found in client().v1.customers.list()["data"]] == list(ids)
