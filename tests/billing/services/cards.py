"""Cards that are added, chosen and removed, as the pages do it."""

from urllib.parse import urlsplit
from uuid import uuid4

from billing.gateway.client import client
from billing.models import CardSetup, PaymentMethodChange
from billing.selectors.payment_methods import payment_method_page
from billing.services.add_card import add_card
from billing.services.payment_methods import make_default, remove
from billing.services.settle_card import settle_card
from tests.billing.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor

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
