"""Changing price and quantity of a running subscription: prorations in every mode, as recorded."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.engine import proration
from tests.stripe_sandbox.driver import Driver


def change(driver: Driver, subscription: Any, price: Any = None, **params: Any) -> Any:
    """An update of the only item; a `quantity` is the item's."""
    item = {"id": subscription["items"].data[0].id}
    if price is not None:
        item["price"] = price.id
    if "quantity" in params:
        item["quantity"] = params.pop("quantity")
    return driver.sdk().subscriptions.update(
        subscription.id, {"items": [item], "expand": ["latest_invoice"], **params}
    )


def pending(driver: Driver, customer_id: str) -> list[Any]:
    """Invoice items that wait, oldest first."""
    return list(reversed(driver.sdk().invoice_items.list({"customer": customer_id, "pending": True}).data))


@pytest.mark.parametrize(
    ("amount", "remaining", "whole", "part"),
    [
        (2500, 2591996, 2592000, 2500),
        (25000, 31535996, 31536000, 25000),
        (1000, 881112, 2419200, 364),
        (1000, 1296000, 2592000, 500),
        (2000, 1296000, 2592000, 1000),
        (1, 1, 2, 1),
        (-1, 1, 2, -1),
    ],
)
def test_share_of_a_period_is_rounded_alone(amount: int, remaining: int, whole: int, part: int) -> None:
    assert proration.share_minor(amount, remaining_seconds=remaining, whole_seconds=whole) == part


def test_swap_to_a_yearly_price_reads_as_recorded(driver: Driver) -> None:
    monthly, yearly = driver.price(2500), driver.price(25000, interval="year")
    before = driver.subscribe(driver.customer(), monthly, expand=["latest_invoice"])
    [item] = before["items"].data
    driver.advance("PT4S")

    after = change(driver, before, yearly, quantity=1, proration_behavior="always_invoice", trial_end="now")

    [moved] = after["items"].data
    assert (after.status, moved.id, moved.price.id) == ("active", item.id, yearly.id)
    assert after.billing_cycle_anchor == before.billing_cycle_anchor
    assert moved.current_period_start == item.current_period_start
    assert moved.current_period_end - moved.current_period_start in {31_536_000, 31_622_400}
    invoice = after.latest_invoice
    assert [line.amount for line in invoice.lines.data] == [-2500, 25000]
    assert (invoice.total, invoice.amount_paid, invoice.status) == (22500, 22500, "paid")
    assert (invoice.billing_reason, invoice.number[-5:]) == ("subscription_update", "-0002")
    assert (invoice.period_start, invoice.period_end) == (before.billing_cycle_anchor, invoice.created)


def test_prorated_lines_read_as_recorded(driver: Driver) -> None:
    before = driver.subscribe(driver.customer(), driver.price(), expand=["latest_invoice"])
    driver.advance("PT4S")

    after = change(driver, before, driver.price(25000, interval="year"), proration_behavior="always_invoice")

    credit, charge = after.latest_invoice.lines.data
    first_line = before.latest_invoice.lines.data[0]
    details = credit.parent.subscription_item_details
    assert credit.description.startswith("Unused time on Test Subscription after ")
    assert charge.description.startswith("Remaining time on Test Subscription after ")
    assert details.proration_details.credited_items.to_dict() == {
        "invoice": before.latest_invoice.id,
        "invoice_line_items": [first_line.id],
    }
    assert charge.parent.subscription_item_details.proration_details.credited_items is None
    assert credit.period.end == first_line.period.end
    assert charge.period.end == after["items"].data[0].current_period_end
    for line in (credit, charge):
        assert (line.discountable, line.quantity) == (False, 1)
        assert line.pricing.unit_amount_decimal is None
        assert line.parent.subscription_item_details.proration is True


def test_payment_of_a_swap_reads_as_recorded(driver: Driver) -> None:
    before = driver.subscribe(driver.customer(), driver.price())
    driver.advance("PT4S")

    change(driver, before, driver.price(25000, interval="year"), proration_behavior="always_invoice")

    charge = driver.sdk().charges.list({"limit": 1, "expand": ["data.payment_intent"]}).data[0]
    assert (charge.payment_intent.description, charge.amount) == ("Subscription update", 22500)
    driver.advance("PT1H")
    booked = driver.sdk().charges.retrieve(charge.id, {"expand": ["balance_transaction"]}).balance_transaction
    assert (booked.fee, booked.net) == (683, 21817)


def test_prorations_wait_for_the_renewal_by_default(driver: Driver) -> None:
    customer = driver.customer()
    before = driver.subscribe(customer, driver.price(1000))
    [item] = before["items"].data
    whole = item.current_period_end - item.current_period_start

    after = change(driver, before, driver.price(2000), proration_date=item.current_period_start + whole // 2)

    waiting = pending(driver, customer.id)
    assert [entry.amount for entry in waiting] == [-500, 1000]
    assert all(entry.proration and entry.invoice is None for entry in waiting)
    assert after.latest_invoice.id == before.latest_invoice
    driver.set_clock(item.current_period_end + 2 * 3600)
    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert [line.amount for line in renewal.lines.data] == [-500, 1000, 2000]
    assert (renewal.total, renewal.status) == (2500, "paid")
    assert pending(driver, customer.id) == []


def test_change_without_proration_moves_no_money(driver: Driver) -> None:
    customer = driver.customer()
    before = driver.subscribe(customer, driver.price(1000))
    [item] = before["items"].data

    after = change(driver, before, driver.price(9000, interval="year"), proration_behavior="none")

    assert pending(driver, customer.id) == []
    assert after.latest_invoice.id == before.latest_invoice
    assert after["items"].data[0].current_period_end == item.current_period_end
    driver.set_clock(item.current_period_end + 2 * 3600)
    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert [line.amount for line in renewal.lines.data] == [9000]


def test_downgrade_leaves_a_credit_that_pays_the_renewal(driver: Driver) -> None:
    customer = driver.customer()
    before = driver.subscribe(customer, driver.price(3000))
    [item] = before["items"].data

    lower = driver.price(1000)
    after = change(
        driver, before, lower, proration_behavior="always_invoice", proration_date=item.current_period_start
    )

    assert (after.latest_invoice.total, after.latest_invoice.amount_due) == (-2000, 0)
    assert (after.latest_invoice.status, after.latest_invoice.ending_balance) == ("paid", -2000)
    assert driver.sdk().customers.retrieve(customer.id).balance == -2000
    driver.set_clock(item.current_period_end + 2 * 3600)
    renewal = driver.sdk().invoices.list({"limit": 1}).data[0]
    assert (renewal.total, renewal.amount_due, renewal.ending_balance) == (1000, 0, -1000)


def test_more_seats_are_charged_for_the_rest_of_the_period(driver: Driver) -> None:
    before = driver.subscribe(driver.customer(), driver.price(1000))
    [item] = before["items"].data
    half = (item.current_period_start + item.current_period_end) // 2

    after = change(driver, before, quantity=3, proration_behavior="always_invoice", proration_date=half)

    assert after.quantity == after["items"].data[0].quantity == 3
    assert [line.amount for line in after.latest_invoice.lines.data] == [-500, 1500]
    assert "on 3 × Test Subscription" in after.latest_invoice.lines.data[1].description


def test_change_tells_what_changed_and_what_it_costs(driver: Driver) -> None:
    before = driver.subscribe(driver.customer(), driver.price())
    price = driver.price(5000)

    change(driver, before, price, quantity=2, proration_behavior="always_invoice")

    types = driver.event_types(since="price.created")
    assert types[:4] == [
        "customer.subscription.updated",
        "invoiceitem.created",
        "invoiceitem.created",
        "invoice.created",
    ]
    assert {"invoice.finalized", "charge.succeeded", "payment_intent.succeeded", "invoice.paid"} <= set(types)
    first = driver.events("customer.subscription.updated")[1]
    assert sorted(first.data.previous_attributes.to_dict()) == ["items", "plan", "quantity"]


def test_declined_change_leaves_the_subscription_past_due(driver: Driver) -> None:
    customer = driver.customer()
    before = driver.subscribe(customer, driver.price())
    failing = driver.sdk().payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})

    after = change(
        driver,
        before,
        driver.price(9000),
        proration_behavior="always_invoice",
        default_payment_method=failing.id,
    )

    assert (after.status, after.latest_invoice.status) == ("past_due", "open")
    assert after["items"].data[0].price.unit_amount == 9000


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"proration_date": 1}, "proration_date"),
        ({"proration_behavior": "none", "proration_date": 1}, "proration_date"),
    ],
)
def test_impossible_proration_date_is_refused(driver: Driver, params: dict[str, Any], param: str) -> None:
    before = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError) as caught:
        change(driver, before, quantity=2, **params)

    assert caught.value.param == param
    assert driver.sdk().subscriptions.retrieve(before.id).quantity == 1
