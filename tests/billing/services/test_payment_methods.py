"""Adding, choosing and removing cards: what Stripe charges is what was chosen, and a needed card stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    CheckoutEnded,
    NotFound,
    PaymentMethodGone,
    PaymentMethodNeeded,
    StripeRefused,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import AuditEntry, CardSetup, Customer, PaymentMethod, PaymentMethodChange, StaffTask
from billing.money import Money
from billing.selectors.payment_methods import payment_method_page
from billing.services.add_card import add_card
from billing.services.payment_methods import make_default, remove, resume_payment_methods
from billing.services.portal_return import catch_up_after_portal
from billing.services.settle_card import resume_card_setups, settle_card
from billing.services.sync import ObjectRef, refresh_now
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import MembershipFactory
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
VISA, MASTERCARD = "4242 4242 4242 4242", "5555 5555 5555 4444"


def begin(shop: Shop, *, becomes_default: bool = False, **changed) -> CardSetup:
    values = {"request_key": uuid4(), "actor": shop.owner, **changed}
    return add_card(shop.organization, becomes_default=becomes_default, **values)


def type_card(shop: Shop, setup: CardSetup, number: str = MASTERCARD) -> int:
    return Visitor(shop.sandbox.url).pay(urlsplit(setup.url).path, number=number).status


def add(shop: Shop, number: str = MASTERCARD, *, becomes_default: bool = False) -> str:
    """A card through the hosted page, and the way back: its id."""
    setup = begin(shop, becomes_default=becomes_default)
    assert type_card(shop, setup, number) == 303
    settled = settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))
    shop.work_off()
    return settled.stripe_payment_method_id


def choose(shop: Shop, method_id: str, **changed) -> PaymentMethodChange:
    values = {"request_key": uuid4(), "actor": shop.owner, **changed}
    return make_default(shop.organization, stripe_payment_method_id=method_id, **values)


def take_away(shop: Shop, method_id: str, **changed) -> PaymentMethodChange:
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return remove(shop.organization, stripe_payment_method_id=method_id, **values)


def charged_at_stripe(subscription) -> tuple:
    found = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    customer = client().v1.customers.retrieve(subscription.stripe_customer_id)
    return found["default_payment_method"], customer["invoice_settings"]["default_payment_method"]


def shown(shop: Shop) -> list:
    rows = payment_method_page(shop.organization, shop.now).rows
    return [(row.card.brand, row.pays_for) for row in rows]


def test_a_card_is_added_without_being_charged_or_chosen(shop: Shop) -> None:
    subscription = shop.subscribe()
    first = charged_at_stripe(subscription)[0]

    add(shop)

    assert charged_at_stripe(subscription)[0] == first
    assert shown(shop) == [("visa", "Scale"), ("mastercard", "")]
    assert len(client().v1.charges.list()["data"]) == 1


def test_a_card_that_is_to_pay_pays_the_next_invoice(shop: Shop) -> None:
    subscription = shop.subscribe()

    method_id = add(shop, becomes_default=True)
    shop.advance("P35D")  # Nobody takes the webhooks, so that the draft waits for three days.

    assert charged_at_stripe(subscription) == (method_id, method_id)
    assert client().v1.charges.list()["data"][0]["payment_method"] == method_id


def test_a_subscription_that_failed_is_charged_to_the_new_card(shop: Shop) -> None:
    """Its own card comes before the customer's, so that a new default of the customer alone would change nothing."""
    subscription = shop.subscribe()
    declined = client().v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", params={"customer": subscription.stripe_customer_id}
    )
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"default_payment_method": declined["id"]}
    )
    shop.advance("P35D")
    assert shop.look_at(subscription).status == "past_due"
    assert payment_method_page(shop.organization, shop.now).failure.amount == Money(12800, "eur")

    method_id = add(shop, becomes_default=True)
    client().v1.invoices.pay(subscription.stripe_latest_invoice_id)  # As the next try does.

    subscription.refresh_from_db()
    assert (subscription.stripe_payment_method_id, charged_at_stripe(subscription)[1]) == (method_id, method_id)
    assert client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["status"] == "active"


def test_the_first_card_of_a_customer_without_a_plan_is_kept_for_later(shop: Shop) -> None:
    method_id = add(shop, becomes_default=True)

    assert Customer.objects.get().default_stripe_payment_method_id == method_id
    assert shown(shop) == [("mastercard", "")]


def test_clicks_and_reloads_add_one_card(shop: Shop) -> None:
    shop.subscribe()
    key = uuid4()
    setup = begin(shop, becomes_default=True, request_key=key)
    assert begin(shop, becomes_default=True, request_key=key).url == setup.url
    type_card(shop, setup)

    for _ in range(3):
        settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))

    assert PaymentMethodChange.objects.count() == 1
    assert AuditEntry.objects.filter(action="card_added").count() == 1
    with pytest.raises(CheckoutEnded):
        begin(shop, becomes_default=True, request_key=key)


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


def test_a_session_of_somebody_else_is_not_found(shop: Shop) -> None:
    setup = begin(shop)
    stranger = MembershipFactory(organization__name="Elsewhere")

    with pytest.raises(NotFound):
        settle_card(stranger.organization, stripe_session_id=str(setup.stripe_session_id))


def test_the_charged_card_and_the_only_card_stay(shop: Shop) -> None:
    subscription = shop.subscribe()
    visa = charged_at_stripe(subscription)[0]
    with pytest.raises(PaymentMethodNeeded, match="only card"):
        take_away(shop, visa)
    mastercard = add(shop)

    with pytest.raises(PaymentMethodNeeded, match="Scale is paid with this card"):
        take_away(shop, visa)
    choose(shop, mastercard)
    take_away(shop, visa)

    assert shown(shop) == [("mastercard", "Scale")]
    assert client().v1.payment_methods.retrieve(visa)["customer"] is None
    assert not PaymentMethodChange.objects.exclude(state="succeeded").exists()


def test_a_plan_that_ends_lets_its_card_go(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})
    shop.look_at(subscription)

    take_away(shop, charged_at_stripe(subscription)[0])

    assert shown(shop) == []


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


def test_a_card_that_was_removed_at_stripe_is_gone_here(shop: Shop) -> None:
    shop.subscribe()
    mastercard = add(shop)
    client().v1.payment_methods.detach(mastercard)  # Its webhook is lost.

    with pytest.raises(PaymentMethodGone):
        take_away(shop, mastercard)

    assert shown(shop) == [("visa", "Scale")]


def test_cards_of_the_portal_are_there_on_return(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.payment_methods.attach("pm_card_amex", params={"customer": subscription.stripe_customer_id})

    catch_up_after_portal(shop.organization)

    assert shown(shop) == [("visa", "Scale"), ("amex", "")]


def test_another_organizations_card_cannot_be_touched(shop: Shop) -> None:
    subscription = shop.subscribe()
    visa = charged_at_stripe(subscription)[0]
    stranger = MembershipFactory(organization__name="Elsewhere")

    with pytest.raises(PaymentMethodGone):
        make_default(stranger.organization, stripe_payment_method_id=visa, request_key=uuid4(), actor=stranger.user)


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
