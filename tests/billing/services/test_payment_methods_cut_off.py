"""A change of cards that broke off, or met another: it is finished once, and a needed card stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    StripeRefused,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import AuditEntry, PaymentMethod, PaymentMethodChange, StaffTask
from billing.services.payment_methods import resume_payment_methods
from billing.services.settle_card import resume_card_setups, settle_card
from billing.services.sync import ObjectRef, refresh_now
from billing.terms import ObjectKind
from tests.billing.services.cards import (
    add,
    begin,
    charged_at_stripe,
    choose,
    take_away,
    type_card,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_parallel_returns_choose_the_card_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    setup = begin(shop, becomes_default=True)
    type_card(shop, setup)

    def come_back(_: int) -> None:
        try:
            settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))
        except BillingError:
            pass  # The other one goes on with it.
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_back, range(4)))

    settled = settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))
    assert PaymentMethodChange.objects.count() == 1
    assert charged_at_stripe(subscription)[0] == settled.stripe_payment_method_id


def test_who_closes_the_tab_has_the_card_all_the_same(shop: Shop) -> None:
    subscription = shop.subscribe()
    setup = begin(shop, becomes_default=True)
    type_card(shop, setup)
    refresh_now(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(setup.stripe_session_id)))  # Its webhook.

    assert resume_card_setups(clock.system_now()) == 1

    setup.refresh_from_db()
    assert setup.state == "complete"
    assert charged_at_stripe(subscription)[0] == setup.stripe_payment_method_id


def test_a_page_that_was_left_ends_with_its_session(shop: Shop) -> None:
    setup = begin(shop)
    settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))
    shop.advance("P2D")

    resume_card_setups(clock.system_now() + timedelta(hours=26))

    setup.refresh_from_db()
    assert setup.state == "expired"
    assert not PaymentMethod.objects.exists()


def test_a_card_that_was_taken_away_at_once_leaves_nothing_open(shop: Shop) -> None:
    subscription = shop.subscribe()
    setup = begin(shop, becomes_default=True)
    type_card(shop, setup)
    added = client().v1.customers.payment_methods.list(subscription.stripe_customer_id)["data"][0]
    client().v1.payment_methods.detach(added["id"])

    settled = settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))

    assert settled.state == "failed"
    assert not PaymentMethodChange.objects.exists()


def test_of_two_cards_removed_at_once_one_stays(shop: Shop) -> None:
    subscription = shop.subscribe()
    visa, mastercard = charged_at_stripe(subscription)[0], add(shop)

    def click(method_id: str) -> str:
        try:
            return take_away(shop, method_id).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, [visa, mastercard, visa, mastercard]))

    assert answers.count("succeeded") <= 1
    assert charged_at_stripe(subscription)[0] == visa
    assert client().v1.payment_methods.retrieve(visa)["customer"] is not None


@pytest.mark.parametrize("fault", ["http_500_before", "timeout_after_commit"])
@pytest.mark.parametrize("path", ["/v1/subscriptions/*", "/v1/customers/*"])
def test_a_choice_that_broke_off_between_two_steps_is_finished(shop: Shop, fault: str, path: str) -> None:
    subscription = shop.subscribe()
    mastercard = add(shop)
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": path})
    with pytest.raises(StripeUnreachable):
        choose(shop, mastercard)

    assert resume_payment_methods(clock.system_now() + timedelta(minutes=2)) == 1

    assert charged_at_stripe(subscription) == (mastercard, mastercard)
    assert PaymentMethodChange.objects.get().state == "succeeded"


@pytest.mark.parametrize(("fault", "state"), [("timeout_after_commit", "succeeded"), ("http_500_before", "failed")])
def test_after_a_day_stripe_itself_says_what_became_of_a_removal(shop: Shop, fault: str, state: str) -> None:
    shop.subscribe()
    mastercard = add(shop)
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": "/v1/payment_methods/*"})
    with pytest.raises(StripeUnreachable):
        take_away(shop, mastercard)
    PaymentMethodChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_payment_methods(clock.system_now())

    assert PaymentMethodChange.objects.get().state == state
    assert StaffTask.objects.count() == (state == "failed")


def test_the_same_form_sent_twice_removes_once(shop: Shop) -> None:
    shop.subscribe()
    mastercard, key = add(shop), uuid4()

    first = take_away(shop, mastercard, request_key=key)
    again = take_away(shop, mastercard, request_key=key)

    assert first.pk == again.pk
    assert AuditEntry.objects.filter(action="payment_method_remove").count() == 1


def test_a_choice_that_stripe_refuses_is_told_and_ends(shop: Shop) -> None:
    shop.subscribe()
    mastercard = add(shop)
    client().v1.payment_methods.detach(mastercard)
    key = uuid4()

    for _ in range(2):
        with pytest.raises(StripeRefused):
            choose(shop, mastercard, request_key=key)

    assert PaymentMethodChange.objects.get().state == "failed"
