"""Subscription items through their own endpoints, and what adding and removing them costs."""

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.driver import Driver


def test_added_item_is_charged_for_the_rest_of_the_period(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(1000))
    [item] = subscription["items"].data
    half = (item.current_period_start + item.current_period_end) // 2

    added = driver.sdk().subscription_items.create(
        {"subscription": subscription.id, "price": driver.price(600).id, "quantity": 2, "proration_date": half}
    )

    found = driver.sdk().subscriptions.retrieve(subscription.id)
    [waiting] = driver.sdk().invoice_items.list({"customer": customer.id}).data
    assert [one.id for one in found["items"].data] == [item.id, added.id]
    assert (found.plan, found.quantity) == (None, None)
    assert added.current_period_end == item.current_period_end
    assert waiting.amount == 600


def test_removed_item_is_credited(driver: Driver) -> None:
    customer = driver.customer()
    first, second = driver.price(1000), driver.price(400)
    items = [{"price": first.id}, {"price": second.id}]
    subscription = driver.sdk().subscriptions.create({"customer": customer.id, "items": items})
    [kept, gone] = subscription["items"].data
    half = (gone.current_period_start + gone.current_period_end) // 2

    reply = driver.sdk().subscription_items.delete(gone.id, {"proration_date": half})

    [waiting] = driver.sdk().invoice_items.list({"customer": customer.id}).data
    found = driver.sdk().subscriptions.retrieve(subscription.id)
    assert reply.deleted is True
    assert (waiting.amount, [one.id for one in found["items"].data]) == (-200, [kept.id])


def test_last_item_cannot_be_removed(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscription_items.delete(subscription["items"].data[0].id)


def test_item_takes_quantity_and_notes(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    [item] = subscription["items"].data

    changed = driver.sdk().subscription_items.update(
        item.id, {"quantity": 4, "metadata": {"seat": "all"}, "proration_behavior": "none"}
    )

    assert (changed.id, changed.quantity, changed.metadata.to_dict()) == (item.id, 4, {"seat": "all"})
    assert driver.sdk().subscriptions.retrieve(subscription.id).quantity == 4


def test_same_price_twice_is_refused(driver: Driver) -> None:
    price = driver.price()
    subscription = driver.subscribe(driver.customer(), price)

    with pytest.raises(stripe.InvalidRequestError, match="same plan"):
        driver.sdk().subscription_items.create({"subscription": subscription.id, "price": price.id})


def test_unknown_item_is_named_in_the_error(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.update(subscription.id, {"items": [{"id": "si_unknown", "quantity": 2}]})

    assert (caught.value.code, caught.value.param) == ("resource_missing", "items[0][id]")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.tuples(st.integers(1, 99_999), st.integers(1, 99_999)),
    quantities=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    part=st.floats(0, 1),
    interval=st.sampled_from(["week", "month", "year"]),
)
def test_change_and_its_reverse_cancel(
    driver: Driver, amounts: tuple[int, int], quantities: tuple[int, int], part: float, interval: str
) -> None:
    customer = driver.customer()
    old, new = driver.price(amounts[0]), driver.price(amounts[1], interval=interval)
    items = [{"price": old.id, "quantity": quantities[0]}]
    subscription = driver.sdk().subscriptions.create({"customer": customer.id, "items": items})
    [item] = subscription["items"].data
    # Within the shortest period in play, so that the way back starts in the same one.
    at = item.current_period_start + int(part * (7 * 86400 - 1))

    for price, quantity in ((new, quantities[1]), (old, quantities[0])):
        driver.sdk().subscription_items.update(
            item.id, {"price": price.id, "quantity": quantity, "proration_date": at}
        )

    waiting = driver.sdk().invoice_items.list({"customer": customer.id, "pending": True}).data
    back = driver.sdk().subscription_items.retrieve(item.id)
    assert sum(entry.amount for entry in waiting) == 0
    assert (back.current_period_start, back.current_period_end) == (
        item.current_period_start,
        item.current_period_end,
    )
