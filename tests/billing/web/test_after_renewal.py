"""What the pages say after the sandbox has renewed, declined and ended a subscription: real rows, no factory."""

import pytest

from billing.models import Invoice
from tests.billing.shop import Shop
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def test_a_trial_that_ends_paid_is_an_active_plan_with_its_invoice(shop: Shop, browser) -> None:
    subscription = shop.subscribe(price=shop.growth)

    shop.advance("P19D")  # A draft waits three days for an endpoint that does not answer.
    shop.look_at(subscription)

    text = words(browser.get("/billing/"))
    for said in ("Growth Active", "€48.00 paid", "Growth is on", "Trial of Growth began", "Visa 4242"):
        assert said in text


def test_a_declined_charge_names_amount_and_way_out(shop: Shop, browser) -> None:
    subscription = shop.subscribe(price=shop.growth, number="4000 0000 0000 0341")

    shop.advance("P19D")  # A draft waits three days for an endpoint that does not answer.
    shop.look_at(subscription)

    page = browser.get("/billing/")
    text = words(page)
    for said in ("The payment of €48.00 for Growth did not go through", "Past due", "Access until", "failed."):
        assert said in text
    invoice = Invoice.objects.get(status="open")
    assert f'href="{invoice.hosted_invoice_url}">Pay €48.00' in page.content.decode()


def test_a_cancelled_plan_that_has_ended_says_when_and_why_not_again(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    browser.post("/billing/cancel/", {"request_key": "6f1e0a3c-0f3b-4e0c-9d8e-5a9b1c2d3e4f"})

    shop.advance("P32D")
    shop.look_at(subscription)

    text = words(browser.get("/billing/"))
    assert "Scale ended on" in text
    assert "Plan Free" in text
    assert "taken back" not in text
