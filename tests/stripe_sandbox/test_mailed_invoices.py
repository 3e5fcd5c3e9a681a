"""Invoices that are sent and not charged, given up, voided; automatic retries as a switch."""

from datetime import timedelta
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

DAY_SECONDS = int(timedelta(days=1).total_seconds())


def draft(driver: Driver, customer: Any, **params: Any) -> Any:
    """A draft over 1000."""
    driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    values = {"customer": customer.id, "pending_invoice_items_behavior": "include"}
    return driver.sdk().invoices.create({**values, **params})


def sent(driver: Driver, *, card: str | None = "pm_card_visa", days: int = 7) -> Any:
    """An open invoice that was sent."""
    made = draft(driver, driver.customer(card), collection_method="send_invoice", days_until_due=days)
    return driver.sdk().invoices.send_invoice(made.id)


def failed_renewal(driver: Driver, code: str) -> Any:
    """A renewal whose only charge so far was declined with this code."""
    customer = driver.customer(f"pm_card_sandbox_sequence_ok,{code}")
    driver.subscribe(customer, driver.price())
    driver.advance("P32D")
    return driver.sdk().invoices.list({"limit": 1}).data[0]


def test_sending_a_draft_makes_it_final_and_due(driver: Driver) -> None:
    invoice = sent(driver)

    assert (invoice.status, invoice.amount_due, invoice.attempted) == ("open", 1000, False)
    assert invoice.due_date - invoice.status_transitions.finalized_at == 7 * DAY_SECONDS
    assert driver.event_types("payment_intent.created") == ["invoice.sent"]
    assert driver.sdk().charges.list().data == []


def test_due_date_can_be_a_moment(driver: Driver) -> None:
    customer = driver.customer()
    moment = customer.created + 30 * DAY_SECONDS

    invoice = draft(driver, customer, collection_method="send_invoice", due_date=moment)
    final = driver.sdk().invoices.finalize_invoice(invoice.id)

    assert (invoice.due_date, final.due_date) == (moment, moment)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"days_until_due": 3}, "days_until_due"),
        ({"collection_method": "send_invoice", "due_date": 1}, "due_date"),
    ],
)
def test_terms_that_do_not_fit_are_refused(driver: Driver, params: dict[str, Any], param: str) -> None:
    customer = driver.customer()

    with pytest.raises(stripe.InvalidRequestError) as caught:
        draft(driver, customer, **params)

    assert caught.value.param == param


def test_invoice_is_overdue_after_its_date_only_while_open(driver: Driver) -> None:
    late, paid = sent(driver), sent(driver)
    driver.sdk().invoices.pay(paid.id)

    driver.advance("P8D")

    overdue = driver.events("invoice.overdue")
    assert [event.data.object.id for event in overdue] == [late.id]
    assert driver.sdk().invoices.retrieve(late.id).status == "open"


def test_open_invoice_is_announced_some_days_before_it_is_due(driver: Driver) -> None:
    driver.control("POST", "settings", {"will_be_due_days": 3})
    waiting, paid, near = sent(driver), sent(driver), sent(driver, days=2)
    driver.sdk().invoices.pay(paid.id)

    driver.advance("P8D")

    [notice] = driver.events("invoice.will_be_due")
    assert (notice.data.object.id, notice.created) == (waiting.id, waiting.due_date - 3 * DAY_SECONDS)
    assert len(driver.events("invoice.overdue")) == 2
    assert near.due_date < waiting.due_date


def test_nobody_is_told_that_an_invoice_will_be_due_unless_asked(driver: Driver) -> None:
    sent(driver)

    driver.advance("P8D")

    assert driver.events("invoice.will_be_due") == []


def test_mailed_subscription_is_active_with_its_invoice_open(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), collection_method="send_invoice", days_until_due=7
    )

    invoice = driver.sdk().invoices.retrieve(subscription.latest_invoice)
    assert (subscription.status, invoice.status) == ("active", "open")
    assert "invoice.sent" in driver.event_types()


def test_late_payment_makes_the_subscription_active_again(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(), driver.price(), collection_method="send_invoice", days_until_due=7
    )
    driver.advance("P8D")
    before = driver.sdk().subscriptions.retrieve(subscription.id).status

    driver.sdk().invoices.pay(subscription.latest_invoice)

    assert (before, driver.sdk().subscriptions.retrieve(subscription.id).status) == ("past_due", "active")


def test_uncollectible_invoice_can_still_be_paid(driver: Driver) -> None:
    invoice = sent(driver)

    given_up = driver.sdk().invoices.mark_uncollectible(invoice.id)
    paid = driver.sdk().invoices.pay(invoice.id)

    assert given_up.status == "uncollectible"
    assert given_up.status_transitions.marked_uncollectible_at is not None
    assert (paid.status, paid.amount_paid) == ("paid", 1000)
    assert [event.type for event in driver.events("invoice.marked_uncollectible", "invoice.paid")] == [
        "invoice.marked_uncollectible",
        "invoice.paid",
    ]


def test_uncollectible_invoice_can_be_voided(driver: Driver) -> None:
    invoice = sent(driver)
    driver.sdk().invoices.mark_uncollectible(invoice.id)

    voided = driver.sdk().invoices.void_invoice(invoice.id)

    assert (voided.status, voided.amount_due) == ("void", 1000)
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoices.pay(invoice.id)


def test_paid_invoice_is_not_given_up(driver: Driver) -> None:
    invoice = sent(driver)
    driver.sdk().invoices.pay(invoice.id)

    for act in (driver.sdk().invoices.mark_uncollectible, driver.sdk().invoices.void_invoice):
        with pytest.raises(stripe.InvalidRequestError):
            act(invoice.id)


def test_switched_on_retries_come_on_their_days(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5"})
    invoice = failed_renewal(driver, "insufficient_funds")

    driver.advance("P9D")

    after = driver.sdk().invoices.retrieve(invoice.id)
    assert (invoice.attempt_count, after.attempt_count, after.next_payment_attempt) == (1, 3, None)
    assert len(driver.events("charge.failed")) == 3


def test_hard_decline_lets_the_slots_pass_without_a_charge(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5"})
    invoice = failed_renewal(driver, "stolen_card")

    driver.advance("P9D")

    after = driver.sdk().invoices.retrieve(invoice.id)
    assert (after.attempt_count, after.next_payment_attempt, after.status) == (3, None, "open")
    assert len(driver.events("charge.failed")) == 1


def test_new_card_is_charged_in_the_next_slot_after_a_hard_decline(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5"})
    invoice = failed_renewal(driver, "stolen_card")
    method = driver.sdk().payment_methods.attach("pm_card_visa", {"customer": invoice.customer})
    driver.sdk().customers.update(invoice.customer, {"invoice_settings": {"default_payment_method": method.id}})

    driver.advance("P4D")

    assert driver.sdk().invoices.retrieve(invoice.id).status == "paid"
