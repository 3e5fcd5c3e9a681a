"""What the tests of pay links and of confirming a payment share: a renewal about which the bank asks."""

import pytest
from django.core.cache import cache
from django.test import Client

from billing.models import Invoice, Subscription
from tests.billing.shop import Shop


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    return shop.subscribe()


@pytest.fixture
def renewal(shop: Shop, subscription: Subscription) -> Invoice:
    shop.charge_only(subscription, "pm_card_authenticationRequired")
    shop.advance("P36D")
    return shop.renewal(subscription)


@pytest.fixture
def browser(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.owner)
    return browser
