"""The table of events: what refunds, disputes, schedules, clocks and invoices made by hand tell, in order."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.event_log import EventLog
from tests.stripe_sandbox.test_event_rows import PAID, RENEWED

UPDATED_REFUND = ["refund.updated", "charge.refund.updated"]


@pytest.fixture
def log(driver: Driver) -> EventLog:
    return EventLog(driver)


def paid(driver: Driver, log: EventLog, token: str) -> Any:
    """A payment whose money was booked, its own events left out."""
    values = {"amount": 4200, "currency": "usd", "payment_method_types": ["card"]}
    intent = driver.sdk().payment_intents.create({**values, "payment_method": token, "confirm": True})
    driver.advance("PT2S")
    log.skip()
    return intent


def test_a_refund_is_made(driver: Driver, log: EventLog) -> None:
    intent = paid(driver, log, "pm_card_visa")

    driver.sdk().refunds.create({"payment_intent": intent.id, "amount": 1000})

    assert log.types() == ["refund.created", "charge.refunded"]


def test_a_refund_fails_later(driver: Driver, log: EventLog) -> None:
    intent = paid(driver, log, "pm_card_refundFail")
    driver.sdk().refunds.create({"payment_intent": intent.id})
    log.skip()

    driver.advance("P10D")

    assert log.by_time_alone() == ["refund.failed", *UPDATED_REFUND, "charge.updated"]


def test_a_dispute_is_won(driver: Driver, log: EventLog) -> None:
    intent = paid(driver, log, "pm_card_createDispute")

    driver.advance("PT5S")
    opened = log.by_time_alone()
    dispute = driver.sdk().disputes.list({"payment_intent": intent.id}).data[0]
    driver.sdk().disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    answered = log.types()
    driver.advance("P2D")

    assert opened == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert answered == ["charge.dispute.updated"]
    assert log.by_time_alone() == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]


def test_a_dispute_is_accepted(driver: Driver, log: EventLog) -> None:
    intent = paid(driver, log, "pm_card_createDispute")
    driver.advance("PT5S")
    log.skip()

    driver.sdk().disputes.close(driver.sdk().disputes.list({"payment_intent": intent.id}).data[0].id)

    assert log.types() == ["charge.dispute.closed"]


def schedule(driver: Driver, log: EventLog, **terms: Any) -> Any:
    """Two months of one and two seats from now on."""
    price, month = driver.price(1000), {"interval": "month", "interval_count": 1}
    phases = [
        {"items": [{"price": price.id, "quantity": seats}], "duration": month, "proration_behavior": "none"}
        for seats in (1, 2)
    ]
    customer = driver.customer()
    log.skip()
    values = {"customer": customer.id, "start_date": "now", "phases": phases}
    return driver.sdk().subscription_schedules.create({**values, **terms})


def test_a_schedule_begins_changes_phase_and_is_released(driver: Driver, log: EventLog) -> None:
    schedule(driver, log)
    begun = log.types()

    driver.advance("P32D")
    changed = log.by_time_alone()
    driver.advance("P32D")
    ended = log.by_time_alone()

    updated = "customer.subscription.updated"
    assert begun[-1] == "subscription_schedule.created"
    phase = [updated, "subscription_schedule.updated"]
    assert changed == [RENEWED[0], *phase, updated, *PAID]
    assert ended[:4] == ["subscription_schedule.expiring", RENEWED[0], "subscription_schedule.released", updated]


def test_a_schedule_that_cancels_completes(driver: Driver, log: EventLog) -> None:
    schedule(driver, log, end_behavior="cancel")
    log.skip()

    driver.advance("P65D")

    types = log.by_time_alone()
    ends = [name for name in types if name.endswith((".completed", ".released", ".canceled", ".deleted"))]
    assert sorted(ends) == ["customer.subscription.deleted", "subscription_schedule.completed"]


def test_a_schedule_is_cancelled_with_its_subscription(driver: Driver, log: EventLog) -> None:
    made = schedule(driver, log)
    log.skip()

    driver.sdk().subscription_schedules.cancel(made.id, {"invoice_now": False, "prorate": False})

    assert set(log.types()) == {"customer.subscription.deleted", "subscription_schedule.canceled"}


def test_a_schedule_is_released_by_hand(driver: Driver, log: EventLog) -> None:
    made = schedule(driver, log)
    log.skip()

    driver.sdk().subscription_schedules.release(made.id)

    assert log.types() == ["subscription_schedule.released", "customer.subscription.updated"]


def test_a_test_clock_tells_of_its_way(driver: Driver, log: EventLog) -> None:
    clocks = driver.sdk().test_helpers.test_clocks
    clock = clocks.create({"frozen_time": 1_900_000_000})
    clocks.advance(clock.id, {"frozen_time": 1_900_000_100})
    assert clocks.retrieve(clock.id).status == "ready"
    clocks.delete(clock.id)

    assert log.types() == [f"test_helpers.test_clock.{word}" for word in ("created", "advancing", "ready", "deleted")]


def test_an_invoice_by_mail_is_sent_falls_due_and_is_given_up(driver: Driver, log: EventLog) -> None:
    customer = driver.customer(None)
    driver.sdk().invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    log.skip()
    terms = {"collection_method": "send_invoice", "days_until_due": 3, "pending_invoice_items_behavior": "include"}
    invoice = driver.sdk().invoices.create({"customer": customer.id, **terms})
    driver.sdk().invoices.send_invoice(invoice.id)
    sent = log.types()

    driver.advance("P5D")
    overdue = log.by_time_alone()
    driver.sdk().invoices.mark_uncollectible(invoice.id)
    driver.sdk().invoices.void_invoice(invoice.id)

    assert sent == ["invoice.created", "invoice.finalized", "payment_intent.created", "invoice.sent"]
    assert "invoice.overdue" in overdue
    assert log.types() == ["invoice.marked_uncollectible", "payment_intent.canceled", "invoice.voided"]
