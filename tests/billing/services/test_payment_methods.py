"""Adding, choosing and removing cards: what Stripe charges is what was chosen, and a needed card stays."""

from uuid import uuid4

import pytest

from billing.errors import (
    CheckoutEnded,
    NotFound,
    PaymentMethodGone,
    PaymentMethodNeeded,
)
from billing.gateway.client import client
from billing.models import AuditEntry, Customer, PaymentMethodChange
from billing.money import Money
from billing.selectors.payment_methods import payment_method_page
from billing.services.payment_methods import make_default
from billing.services.portal_return import catch_up_after_portal
from billing.services.settle_card import settle_card
from tests.billing.services.cards import add, begin, charged_at_stripe, choose, shown, take_away, type_card
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


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
