"""What a change does when its payment fails: it waits, it is refused, or the subscription falls behind."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def failing_change(driver: Driver, behavior: str, *, card: str = "pm_card_chargeCustomerFail", **params: Any) -> Any:
    """A subscription whose card fails now, after a dearer price was asked for with this payment behaviour."""
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(1000))
    use_card(driver, subscription, card)
    dearer = driver.price(9000)
    return driver.sdk().subscriptions.update(
        subscription.id,
        {
            "items": [{"id": subscription["items"].data[0].id, "price": dearer.id}],
            "payment_behavior": behavior,
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice"],
            **params,
        },
    )


def use_card(driver: Driver, subscription: Any, token: str) -> None:
    method = driver.sdk().payment_methods.attach(token, {"customer": subscription.customer})
    driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": method.id})


def price_of(subscription: Any) -> int:
    amount: int = subscription["items"].data[0].price.unit_amount
    return amount


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_unpaid_change_waits_beside_the_old_price(driver: Driver, card: str) -> None:
    waiting = failing_change(driver, "pending_if_incomplete", card=card)

    assert (waiting.status, price_of(waiting)) == ("active", 1000)
    assert waiting.pending_update.subscription_items[0].price.unit_amount == 9000
    assert 0 < waiting.pending_update.expires_at - waiting.latest_invoice.created <= 23 * 3600
    assert waiting.latest_invoice.status == "open"


def test_waiting_change_applies_when_it_is_paid(driver: Driver) -> None:
    waiting = failing_change(driver, "pending_if_incomplete")
    use_card(driver, waiting, "pm_card_visa")

    driver.sdk().invoices.pay(waiting.latest_invoice.id)

    applied = driver.sdk().subscriptions.retrieve(waiting.id)
    assert (applied.status, price_of(applied), applied.pending_update) == ("active", 9000, None)
    assert "customer.subscription.pending_update_applied" in driver.event_types()
    driver.advance("P1D")
    assert price_of(driver.sdk().subscriptions.retrieve(waiting.id)) == 9000


def test_waiting_change_is_dropped_after_its_time(driver: Driver) -> None:
    waiting = failing_change(driver, "pending_if_incomplete")

    driver.set_clock(waiting.pending_update.expires_at + 1)

    kept = driver.sdk().subscriptions.retrieve(waiting.id)
    assert (kept.status, price_of(kept), kept.pending_update) == ("active", 1000, None)
    assert driver.sdk().invoices.retrieve(waiting.latest_invoice.id).status == "void"
    assert "customer.subscription.pending_update_expired" in driver.event_types()
    assert driver.sdk().invoice_items.list({"customer": waiting.customer, "pending": True}).data == []


def test_newer_change_replaces_the_waiting_one(driver: Driver) -> None:
    waiting = failing_change(driver, "pending_if_incomplete")
    [item] = waiting["items"].data

    changed = driver.sdk().subscriptions.update(
        waiting.id, {"items": [{"id": item.id, "quantity": 2}], "proration_behavior": "none"}
    )

    assert (changed.quantity, price_of(changed), changed.pending_update) == (2, 1000, None)
    assert driver.sdk().invoices.retrieve(waiting.latest_invoice.id).status == "void"


def test_paid_change_never_waits(driver: Driver) -> None:
    changed = failing_change(driver, "pending_if_incomplete", card="pm_card_visa")

    assert (price_of(changed), changed.pending_update, changed.latest_invoice.status) == (9000, None, "paid")
    assert "customer.subscription.pending_update_applied" not in driver.event_types()


def test_waiting_change_touches_nothing_else(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        failing_change(driver, "pending_if_incomplete", description="Dearer")

    assert caught.value.param == "description"


def test_metadata_wait_with_the_change_and_are_merged_when_it_applies(driver: Driver) -> None:
    waiting = failing_change(driver, "pending_if_incomplete", metadata={"a": "1"})
    assert waiting.pending_update.metadata.to_dict() == {"a": "1"}
    assert waiting.metadata.to_dict() == {}
    driver.sdk().subscriptions.update(waiting.id, {"metadata": {"b": "2"}})
    use_card(driver, waiting, "pm_card_visa")

    driver.sdk().invoices.pay(waiting.latest_invoice.id)

    assert driver.sdk().subscriptions.retrieve(waiting.id).metadata.to_dict() == {"a": "1", "b": "2"}


def test_metadata_of_a_change_that_is_paid_at_once_are_there_at_once(driver: Driver) -> None:
    changed = failing_change(driver, "pending_if_incomplete", card="pm_card_visa", metadata={"a": "1"})

    assert (changed.metadata.to_dict(), changed.pending_update) == ({"a": "1"}, None)


def test_refused_change_leaves_nothing_behind(driver: Driver) -> None:
    with pytest.raises(stripe.CardError) as caught:
        failing_change(driver, "error_if_incomplete")

    [subscription] = driver.sdk().subscriptions.list().data
    assert caught.value.http_status == 402
    assert (subscription.status, price_of(subscription)) == ("active", 1000)
    assert len(driver.sdk().invoices.list().data) == 1
    assert driver.sdk().invoice_items.list().data == []


def test_change_that_waits_for_confirmation_leaves_it_past_due(driver: Driver) -> None:
    changed = failing_change(
        driver,
        "default_incomplete",
        card="pm_card_visa",
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )
    intent_id = changed.latest_invoice.payments.data[0].payment.payment_intent
    assert (changed.status, price_of(changed), changed.latest_invoice.status) == ("past_due", 9000, "open")
    assert changed.latest_invoice.confirmation_secret.client_secret.startswith(intent_id)

    driver.sdk().payment_intents.confirm(intent_id)

    assert driver.sdk().subscriptions.retrieve(changed.id).status == "active"


@pytest.mark.parametrize("behavior", ["create_prorations", "none"])
def test_cycle_can_begin_anew_at_once(driver: Driver, behavior: str) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price(3000))
    driver.advance("P10D")

    moved = driver.sdk().subscriptions.update(
        subscription.id,
        {"billing_cycle_anchor": "now", "proration_behavior": behavior, "expand": ["latest_invoice"]},
    )

    [item] = moved["items"].data
    amounts = [line.amount for line in moved.latest_invoice.lines.data]
    assert moved.billing_cycle_anchor == item.current_period_start
    assert moved.billing_cycle_anchor >= subscription.billing_cycle_anchor + 10 * 86400
    assert amounts[-1] == 3000
    assert [amount < 0 for amount in amounts] == ([True, False] if behavior != "none" else [False])
    assert moved.latest_invoice.status == "paid"


def test_new_cycle_that_is_not_paid_waits(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(3000))
    driver.advance("P10D")
    use_card(driver, subscription, "pm_card_chargeCustomerFail")

    waiting = driver.sdk().subscriptions.update(
        subscription.id, {"billing_cycle_anchor": "now", "payment_behavior": "pending_if_incomplete"}
    )
    use_card(driver, waiting, "pm_card_visa")
    driver.sdk().invoices.pay(waiting.latest_invoice)

    applied = driver.sdk().subscriptions.retrieve(subscription.id)
    assert waiting.billing_cycle_anchor == subscription.billing_cycle_anchor
    assert applied.billing_cycle_anchor == waiting.pending_update.billing_cycle_anchor
