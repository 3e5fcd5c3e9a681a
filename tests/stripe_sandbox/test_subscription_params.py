"""Parameters of a new subscription that cannot be, and those that the sandbox does not act on."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_the_same_price_twice_is_refused(driver: Driver) -> None:
    price = driver.price(1000)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), price, items=[{"price": price.id}, {"price": price.id}])

    assert caught.value.param == "items"


def test_quantity_below_zero_is_refused(driver: Driver) -> None:
    price = driver.price(1000)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), price, items=[{"price": price.id, "quantity": -1}])

    assert (caught.value.code, caught.value.param) == ("parameter_invalid_integer", "items[0][quantity]")


def test_classic_billing_is_refused_by_name(driver: Driver) -> None:
    price, customer = driver.price(1000), driver.customer()

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(customer, price, billing_mode={"type": "classic"})
    made = driver.subscribe(customer, price, billing_mode={"type": "flexible"})

    assert caught.value.param == "billing_mode"
    assert made.billing_mode.type == "flexible"


def test_invoice_of_a_subscription_takes_what_waits_for_it_and_is_refused_for_nothing(driver: Driver) -> None:
    sdk = driver.sdk()
    customer = driver.customer()
    made = driver.subscribe(customer, driver.price(1000))
    wanted = {"customer": customer.id, "subscription": made.id, "pending_invoice_items_behavior": "include"}
    sdk.subscriptions.update(made.id, {"items": [{"id": made["items"].data[0].id, "quantity": 3}]})

    paid = sdk.invoices.pay(sdk.invoices.create(wanted).id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.invoices.create(wanted)

    assert paid.status == "paid"
    assert abs(paid.total - 2000) <= 1
    assert caught.value.code == "invoice_no_subscription_line_items"


def test_subscription_is_in_the_flexible_mode_already(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())
    before = driver.event_types()

    migrated = driver.sdk().subscriptions.migrate(made.id, {"billing_mode": {"type": "flexible"}})

    assert migrated.to_dict() == driver.sdk().subscriptions.retrieve(made.id).to_dict()
    assert driver.event_types() == before


def test_ended_subscription_is_not_migrated(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscriptions.cancel(made.id)

    with pytest.raises(stripe.InvalidRequestError, match="canceled"):
        driver.sdk().subscriptions.migrate(made.id, {"billing_mode": {"type": "flexible"}})
