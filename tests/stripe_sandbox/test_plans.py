"""Plans, the older form of recurring prices: made, sold, changed and withdrawn."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

TERMS = {"currency": "usd", "interval": "month", "amount": 2000, "product": {"name": "Box"}}


def test_a_plan_is_a_price_that_bills(driver: Driver) -> None:
    plan = driver.sdk().plans.create({**TERMS, "interval_count": 3, "nickname": "Quarterly"})
    customer = driver.customer()

    items = [{"plan": plan.id}]
    subscription = driver.sdk().subscriptions.create({"customer": customer.id, "items": items})

    price = driver.sdk().prices.retrieve(plan.id)
    assert (price.unit_amount, price.recurring.interval_count, price.nickname) == (2000, 3, "Quarterly")
    assert driver.sdk().plans.retrieve(plan.id).to_dict() == subscription.plan.to_dict()
    assert driver.sdk().invoices.retrieve(subscription.latest_invoice).total == 2000


def test_a_plan_is_told_of_beside_its_price(driver: Driver) -> None:
    plan = driver.sdk().plans.create(TERMS)
    driver.sdk().plans.update(plan.id, {"nickname": "Basic"})
    driver.sdk().plans.delete(plan.id)

    told = [event for event in driver.events() if event.data.object.id == plan.id]
    names = ["price.created", "plan.created", "price.updated", "plan.updated", "plan.deleted", "price.deleted"]
    assert [event.type for event in told] == names
    assert told[3].data.previous_attributes.to_dict() == {"nickname": None}


def test_a_deleted_plan_is_sold_no_more_and_goes_on_billing(driver: Driver) -> None:
    plan = driver.sdk().plans.create(TERMS)
    subscription = driver.subscribe(driver.customer(), plan)

    assert driver.sdk().plans.delete(plan.id).deleted
    driver.advance("P31DT2H")

    with pytest.raises(stripe.InvalidRequestError, match="No such plan"):
        driver.sdk().plans.retrieve(plan.id)
    assert driver.sdk().plans.list().data == []
    assert len(driver.sdk().invoices.list({"subscription": subscription.id, "status": "paid"}).data) == 2
    with pytest.raises(stripe.InvalidRequestError):
        driver.subscribe(driver.customer(), plan)


def test_plans_are_the_recurring_prices(driver: Driver) -> None:
    price = driver.price(1500)
    driver.sdk().prices.create({"product": price.product, "currency": "usd", "unit_amount": 900})

    [plan] = driver.sdk().plans.list({"product": price.product}).data

    assert (plan.id, plan.amount, plan.interval) == (price.id, 1500, "month")


def test_a_plan_needs_a_product(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        driver.sdk().plans.create({"currency": "usd", "interval": "month", "amount": 2000})

    assert (refused.value.code, refused.value.param) == ("parameter_missing", "product")
