"""Flows that lead into the portal to change a plan, and subscriptions that a schedule manages."""

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, portal, portal_switch
from stripe_sandbox.hosted.portal_switch import Choice
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.portal_plans import HOME, configure, plans, visit


def test_a_flow_names_the_order_to_confirm(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    item = subscription["items"].data[0].id
    order = {"subscription": subscription.id, "items": [{"id": item, "price": offered["large"].id, "quantity": 9}]}

    session = visit(
        driver,
        configure(driver, offered),
        customer,
        type="subscription_update_confirm",
        subscription_update_confirm=order,
        after_completion={"type": "redirect", "redirect": {"return_url": HOME}},
    )
    choice = Choice(offered["large"].id, quantity=9)
    portal_switch.confirm(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)

    assert session.flow.subscription_update_confirm.to_dict() == {**order, "discounts": None}
    assert driver.sdk().subscriptions.retrieve(subscription.id)["items"].data[0].quantity == 9


def test_a_flow_for_what_the_configuration_does_not_offer_is_refused(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    off = driver.sdk().billing_portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})
    order = {"subscription": subscription.id}
    item = {"id": subscription["items"].data[0].id, "price": driver.price(1).id}

    with pytest.raises(stripe.InvalidRequestError) as disabled:
        visit(driver, off, customer, type="subscription_update", subscription_update=order)
    with pytest.raises(stripe.InvalidRequestError) as foreign:
        visit(
            driver,
            configure(driver, offered),
            customer,
            type="subscription_update_confirm",
            subscription_update_confirm={**order, "items": [item]},
        )

    assert disabled.value.param == "flow_data[type]"
    assert foreign.value.param == "flow_data[subscription_update_confirm][items][0][price]"


def test_a_scheduled_subscription_is_not_changed_here(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    session = visit(driver, configure(driver, offered), customer)

    with pytest.raises(PageRefused) as caught:
        portal_switch.confirm(
            driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["large"].id)
        )

    assert caught.value.status == 409
    assert portal.read_session(driver.sandbox, session.id).subscriptions[0]["obstacle"] == "a schedule manages it."
