"""What passing time does to subscriptions: renewals, trial ends, failures, ends."""

from datetime import UTC, datetime

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Receiver

HOUR_SECONDS = 3600
DAY_SECONDS = 86400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def period_end(subscription: object) -> str:
    end = subscription["items"].data[0].current_period_end
    return datetime.fromtimestamp(end, tz=UTC).isoformat()[:19]


def test_end_of_month_anchor_is_clamped_and_never_chained(driver: Driver) -> None:
    driver.set_clock(at("2028-01-31T10:00:00"))
    subscription = driver.subscribe(driver.customer(), driver.price())

    ends = [period_end(subscription)[:10]]
    for _ in range(3):
        driver.set_clock(subscription["items"].data[0].current_period_end)
        subscription = driver.sdk().subscriptions.retrieve(subscription.id)
        ends.append(period_end(subscription)[:10])

    assert ends == ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]


def test_renewals_of_half_a_year_are_all_paid(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    driver.advance("P6M")
    driver.advance("P1D")

    invoices = driver.sdk().invoices.list({"subscription": subscription.id}).data
    assert [invoice.status for invoice in invoices] == ["paid"] * 7
    assert [invoice.number[-4:] for invoice in invoices] == [f"{n:04d}" for n in range(7, 0, -1)]
    assert {invoice.billing_reason for invoice in invoices[:-1]} == {"subscription_cycle"}


def test_renewal_is_a_draft_for_an_hour(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    end = subscription["items"].data[0].current_period_end

    driver.set_clock(end + 60)
    [draft] = driver.sdk().invoices.list({"limit": 1}).data
    driver.set_clock(end + HOUR_SECONDS + 60)

    assert (draft.status, draft.auto_advance, draft.number) == ("draft", True, None)
    assert draft.automatically_finalizes_at == end + HOUR_SECONDS
    final = driver.sdk().invoices.retrieve(draft.id)
    assert (final.status, final.automatically_finalizes_at) == ("paid", None)
    assert final.lines.data[0].period.start == end


def test_events_of_a_renewal_come_in_order(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price())

    driver.advance("P32D")

    assert driver.event_types("invoice.upcoming") == [
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]
    [upcoming] = driver.events("invoice.upcoming")
    assert "id" not in upcoming.data.object


def test_unheard_draft_is_final_after_72_hours(driver: Driver, receiver: Receiver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    end = subscription["items"].data[0].current_period_end
    driver.control("POST", "webhooks/pause")

    driver.set_clock(end + 71 * HOUR_SECONDS)
    [waiting] = driver.sdk().invoices.list({"limit": 1}).data
    driver.set_clock(end + 72 * HOUR_SECONDS)

    assert waiting.status == "draft"
    assert driver.sdk().invoices.retrieve(waiting.id).status == "paid"


def test_failed_renewal_is_past_due_until_paid(driver: Driver) -> None:
    customer = driver.customer("pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    subscription = driver.subscribe(customer, driver.price())

    driver.advance("P32D")
    late = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    failure_types = driver.event_types("invoice.finalized")
    driver.sdk().invoices.pay(late.latest_invoice.id)

    assert late.status == "past_due"
    invoice = late.latest_invoice
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == ("open", 1, None)
    assert failure_types == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.updated",
        "invoice.updated",
    ]
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 1


def test_past_due_goes_on_billing_and_the_latest_invoice_decides(driver: Driver) -> None:
    customer = driver.customer("pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    subscription = driver.subscribe(customer, driver.price())

    driver.advance("P63D")

    invoices = driver.sdk().invoices.list({"subscription": subscription.id}).data
    assert [invoice.status for invoice in invoices] == ["paid", "open", "paid"]
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"


def test_renewal_that_needs_the_owner_asks_for_them(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    method = driver.sdk().payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": subscription.customer}
    )
    driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": method.id})

    driver.advance("P32D")

    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "past_due"
    assert {"payment_intent.requires_action", "invoice.payment_action_required"} <= set(driver.event_types())


def test_retries_of_the_account_are_off_until_switched_on(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5", "after_retries": "cancel"})
    customer = driver.customer("pm_card_sandbox_sequence_ok,insufficient_funds")
    subscription = driver.subscribe(customer, driver.price())

    driver.advance("P32D")
    [invoice] = driver.sdk().invoices.list({"limit": 1}).data
    driver.advance("P9D")

    assert invoice.next_payment_attempt is not None
    assert driver.sdk().invoices.retrieve(invoice.id).attempt_count == 3
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "canceled"


def test_unpaid_start_expires_after_23_hours(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer("pm_card_chargeCustomerFail"), driver.price())

    driver.advance("PT22H59M")
    before = driver.sdk().subscriptions.retrieve(subscription.id).status
    driver.advance("PT2M")

    after = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert before == "incomplete"
    assert (after.status, after.latest_invoice.status) == ("incomplete_expired", "void")
    assert driver.event_types("invoice.voided") == ["customer.subscription.updated"]


def test_trial_with_card_is_paid_an_hour_after_its_end(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), trial_period_days=14)

    driver.set_clock(subscription.trial_end + 60)
    started = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    driver.advance("PT1H")

    assert (started.status, started.latest_invoice.status) == ("active", "draft")
    assert started.billing_cycle_anchor == subscription.trial_end
    assert started["items"].data[0].current_period_start == subscription.trial_end
    paid = driver.sdk().invoices.retrieve(started.latest_invoice.id)
    assert (paid.status, paid.total, paid.billing_reason) == ("paid", 2500, "subscription_cycle")


@pytest.mark.parametrize(("days", "moment"), [(14, 11 * DAY_SECONDS), (2, 0)])
def test_end_of_trial_is_announced(driver: Driver, days: int, moment: int) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), trial_period_days=days)

    driver.advance(f"P{days - 1}D")

    [event] = driver.events("customer.subscription.trial_will_end")
    assert event.created == subscription.created + moment


@pytest.mark.parametrize(
    ("behaviour", "status"), [("cancel", "canceled"), ("pause", "paused"), ("create_invoice", "past_due")]
)
def test_trial_without_card_ends_as_its_settings_say(driver: Driver, behaviour: str, status: str) -> None:
    settings = {"end_behavior": {"missing_payment_method": behaviour}}
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), trial_period_days=7, trial_settings=settings
    )

    driver.advance("P8D")

    assert driver.sdk().subscriptions.retrieve(subscription.id).status == status


def test_late_mailed_invoice_is_overdue(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), collection_method="send_invoice", days_until_due=7
    )

    driver.advance("P8D")

    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "past_due"
    assert "invoice.overdue" in driver.event_types()


def test_planned_end_comes_at_the_period_end_without_invoice(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    end = subscription["items"].data[0].current_period_end
    driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    driver.set_clock(end + DAY_SECONDS)

    ended = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert driver.event_types()[-1] == "customer.subscription.deleted"
    assert len(driver.sdk().invoices.list().data) == 1


def test_time_in_parts_ends_as_time_at_once(driver: Driver) -> None:
    def story(step: str, times: int) -> list[tuple[str, int, str]]:
        driver.sandbox.reset()
        start = at("2030-01-31T12:00:00")
        driver.set_clock(start)
        driver.subscribe(driver.customer("pm_card_sandbox_sequence_ok,lost_card,ok"), driver.price())
        for _ in range(times):
            driver.advance(step)
        driver.set_clock(at("2030-06-01T00:00:00"))
        return [
            (event.type, event.created - start, event.data.object.get("status") or "")
            for event in driver.events()
            if event.created >= start + DAY_SECONDS
        ]

    assert story("P10D", 10) == story("P100D", 1)
