"""A deletion that was cut off, refused or asked for twice: confirmed by Stripe first, and done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import OrganizationClosing, StripeRefused, StripeUnreachable, UnderWay
from billing.gateway.client import client
from billing.models import Erasure, Notice, StaffTask
from billing.rules.customer_details import PostalAddress
from billing.services.billing_details import save_details
from tests.billing.services.erasing import customer_of, erase, go_on, live_at_stripe, stays
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_while_stripe_is_silent_the_organization_stays_and_staff_are_told(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "DELETE", "path": "/v1/subscriptions/*"})

    with pytest.raises(StripeUnreachable):
        erase(shop)

    assert stays(shop)
    assert StaffTask.objects.get().kind == "erasure_unconfirmed"
    with pytest.raises(OrganizationClosing):
        shop.start(shop.scale)
    with pytest.raises(OrganizationClosing):
        save_details(
            shop.organization,
            name="Oakline Ltd",
            address=PostalAddress(),
            request_key=uuid4(),
            actor=shop.owner,
            now=shop.now,
        )

    assert go_on() == 1
    assert not stays(shop)
    assert StaffTask.objects.get().resolved_at is not None


@pytest.mark.parametrize("path", ["/v1/subscriptions/*", "/v1/customers/*"])
def test_an_answer_that_was_lost_is_no_confirmation_and_the_repeat_ends_it(shop: Shop, path: str) -> None:
    shop.subscribe()
    customer_id = customer_of(shop)
    shop.sandbox.fault("http_500_after_commit", times=2, match={"method": "DELETE", "path": path})
    with pytest.raises(StripeUnreachable):
        erase(shop)
    assert stays(shop)

    go_on()

    assert Erasure.objects.get().state == "succeeded"
    assert live_at_stripe(customer_id) == []


def test_what_stripe_refuses_keeps_the_organization_and_ends_the_wish(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("missing", match={"method": "GET", "path": "/v1/subscriptions"})

    with pytest.raises(StripeRefused):
        erase(shop)

    assert stays(shop)
    assert Erasure.objects.get().state == "failed"
    assert StaffTask.objects.get().kind == "erasure_unconfirmed"


def test_a_wish_that_stripe_never_confirmed_is_given_up_after_a_day(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "DELETE", "path": "/v1/subscriptions/*"})
    with pytest.raises(StripeUnreachable):
        erase(shop)
    Erasure.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    go_on()

    assert stays(shop)
    assert Erasure.objects.get().state == "failed"
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    assert erase(shop).state == "succeeded"


def test_a_crash_between_stripe_and_our_rows_is_made_good_by_the_sweep(shop: Shop) -> None:
    shop.subscribe()
    Erasure.objects.create(organization=shop.organization, requested_by=shop.owner, request_key=uuid4())
    client().v1.customers.delete(customer_of(shop))  # So far it came.

    go_on()

    assert Erasure.objects.get().state == "succeeded"
    assert not stays(shop)


def test_clicks_at_the_same_moment_and_again_are_one_deletion(shop: Shop) -> None:
    shop.subscribe()

    def click(_: int) -> str:
        try:
            return str(erase(shop).state)
        except UnderWay as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        states = set(pool.map(click, range(3)))
    again = erase(shop, typed_name="whatever")

    assert states <= {"succeeded", "under_way"}
    assert again.state == "succeeded"
    assert Erasure.objects.count() == 1
    assert Notice.objects.filter(kind="organization_erased").count() == 1
    assert not StaffTask.objects.exists()


def test_who_died_in_the_middle_is_taken_over_once_its_lease_has_ended(shop: Shop) -> None:
    lease_until = clock.system_now() + timedelta(minutes=1)
    Erasure.objects.create(
        organization=shop.organization, requested_by=shop.owner, request_key=uuid4(), lease_until=lease_until
    )
    with pytest.raises(UnderWay):
        erase(shop)
    assert stays(shop)

    Erasure.objects.update(lease_until=clock.system_now() - timedelta(seconds=1))

    assert go_on() == 1
    assert not stays(shop)
