"""Disputes and inquiries: how they open, move money, take evidence and end."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, entries, pay


def disputed(driver: Driver, card: str = "pm_card_createDispute") -> Any:
    """The dispute that this card brings about."""
    charge = pay(driver, card=card)
    return driver.sdk().disputes.list({"charge": charge.id}).data[0]


def test_disputing_card_takes_the_money_and_a_fee(driver: Driver) -> None:
    dispute = disputed(driver)

    charge = driver.sdk().charges.retrieve(dispute.charge)
    (entry,) = entries(driver, type="adjustment")
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 4200)
    assert dispute.is_charge_refundable is False
    assert (charge.disputed, charge["dispute"]) == (True, dispute.id)
    assert (entry.amount, entry.fee, entry.net, entry.reporting_category) == (-4200, 1500, -5700, "dispute")
    assert [each.id for each in dispute.balance_transactions] == [entry.id]
    assert driver.event_types("charge.updated") == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_answer_is_due_at_the_end_of_the_twentieth_day(driver: Driver) -> None:
    dispute = disputed(driver)

    due_at = datetime.fromtimestamp(dispute.evidence_details.due_by, tz=UTC)
    opened_at = datetime.fromtimestamp(dispute.created, tz=UTC)
    assert (due_at.hour, due_at.minute, due_at.second) == (23, 59, 59)
    assert (due_at.date() - opened_at.date()).days == 20


def test_other_card_disputes_for_another_reason(driver: Driver) -> None:
    assert disputed(driver, "pm_card_createDisputeProductNotReceived").reason == "product_not_received"


def test_inquiry_moves_no_money_and_leaves_the_charge_refundable(driver: Driver) -> None:
    inquiry = disputed(driver, "pm_card_createDisputeInquiry")

    driver.sdk().refunds.create({"charge": inquiry.charge})

    assert (inquiry.status, inquiry.is_charge_refundable) == ("warning_needs_response", True)
    assert inquiry.balance_transactions == []
    assert entries(driver, type="adjustment") == []
    assert driver.events("charge.dispute.funds_withdrawn") == []


def test_disputed_charge_is_not_refunded(driver: Driver) -> None:
    dispute = disputed(driver)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().refunds.create({"charge": dispute.charge})

    assert (caught.value.http_status, caught.value.code) == (400, "charge_disputed")


def test_charge_refunded_in_full_is_not_disputed_any_more(driver: Driver) -> None:
    customer = driver.customer("pm_card_createDispute")
    method = customer.invoice_settings.default_payment_method
    driver.control("POST", "clock", {"freeze": True})
    intent = driver.sdk().payment_intents.create(
        {
            "amount": 4200,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": method,
            "confirm": True,
            "return_url": "http://127.0.0.1:9/",
        }
    )
    driver.sdk().refunds.create({"payment_intent": intent.id})

    driver.advance("P1D")

    assert driver.sdk().disputes.list().data == []


def test_evidence_is_handed_in_unless_told_otherwise(driver: Driver) -> None:
    dispute = disputed(driver)

    answered = driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": "Alice"}})

    details = answered.evidence_details
    assert (answered.status, details.has_evidence, details.submission_count) == ("under_review", True, 1)
    assert driver.events("charge.dispute.updated")[-1].data.object.status == "under_review"


def test_draft_of_evidence_can_be_rewritten_and_submitted_once(driver: Driver) -> None:
    dispute = disputed(driver)

    first = driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": "Alice"}, "submit": False})
    driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": "Alice A."}, "submit": False})
    done = driver.sdk().disputes.update(dispute.id, {"submit": True})

    assert (first.status, first.evidence_details.submission_count) == ("needs_response", 0)
    assert (done.status, done.evidence.customer_name) == ("under_review", "Alice A.")
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": "Bob"}})


def test_second_submission_is_possible_where_the_switch_allows_it(driver: Driver) -> None:
    driver.control("POST", "settings", {"allow_resubmit": True})
    dispute = disputed(driver)

    for name in ("Alice", "Alice A."):
        done = driver.sdk().disputes.update(dispute.id, {"evidence": {"customer_name": name}})

    assert done.evidence_details.submission_count == 2


def test_winning_evidence_brings_money_and_fee_back(driver: Driver) -> None:
    dispute = disputed(driver)
    driver.sdk().disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})

    driver.advance("PT10S")

    found = driver.sdk().disputes.retrieve(dispute.id)
    assert found.status == "won"
    assert [entry.net for entry in found.balance_transactions] == [-5700, 5700]
    assert balance_minor(driver) == 4200 - 152
    assert driver.event_types("charge.dispute.updated") == [
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]


def test_losing_evidence_leaves_the_money_gone(driver: Driver) -> None:
    dispute = disputed(driver)
    driver.sdk().disputes.update(dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}})

    driver.advance("PT10S")

    assert driver.sdk().disputes.retrieve(dispute.id).status == "lost"
    assert balance_minor(driver) == 4200 - 152 - 5700


def test_closing_accepts_the_loss_for_good(driver: Driver) -> None:
    dispute = disputed(driver)

    assert driver.sdk().disputes.close(dispute.id).status == "lost"

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().disputes.close(dispute.id)
    assert driver.event_types("charge.dispute.funds_withdrawn") == ["charge.dispute.closed"]


def test_unanswered_dispute_is_lost_when_its_time_is_over(driver: Driver) -> None:
    dispute = disputed(driver)

    driver.advance("P22D")

    found = driver.sdk().disputes.retrieve(dispute.id)
    assert (found.status, found.evidence_details.past_due) == ("lost", True)


def test_answered_inquiry_waits_and_closes_after_120_days(driver: Driver) -> None:
    inquiry = disputed(driver, "pm_card_createDisputeInquiry")
    answered = driver.sdk().disputes.update(inquiry.id, {"evidence": {"customer_name": "Alice"}})

    driver.advance("P121D")

    assert answered.status == "warning_under_review"
    assert driver.sdk().disputes.retrieve(inquiry.id).status == "warning_closed"
    assert entries(driver, type="adjustment") == []


def test_escalated_inquiry_takes_the_money(driver: Driver) -> None:
    inquiry = disputed(driver, "pm_card_createDisputeInquiry")

    reply = driver.control("POST", "disputes/escalate", {"dispute": inquiry.id})

    assert (reply.status, reply.body["status"]) == (200, "needs_response")
    assert [entry.net for entry in entries(driver, type="adjustment")] == [-5700]


def test_prevented_dispute_ends_without_money(driver: Driver) -> None:
    inquiry = disputed(driver, "pm_card_createDisputeInquiry")

    reply = driver.control("POST", "disputes/prevent", {"dispute": inquiry.id})
    again = driver.control("POST", "disputes/prevent", {"dispute": inquiry.id})
    told = driver.events("charge.dispute.closed")
    driver.advance("P121D")

    assert (reply.status, reply.body["status"], again.status) == (200, "prevented", 400)
    assert driver.sdk().disputes.retrieve(inquiry.id).status == "prevented"
    assert [event.data.object.status for event in told] == ["prevented"]
    assert entries(driver, type="adjustment") == []


def test_bank_can_be_played_by_the_controls(driver: Driver) -> None:
    charge = pay(driver)

    opened = driver.control("POST", "disputes", {"charge": charge.id, "reason": "duplicate", "amount": 1000})
    again = driver.control("POST", "disputes", {"charge": charge.id})
    won = driver.control("POST", "disputes/win", {"dispute": opened.body["id"]})

    assert (opened.body["amount"], opened.body["reason"]) == (1000, "duplicate")
    assert (again.status, won.body["status"]) == (400, "won")


def test_dispute_without_a_date_takes_no_answer(driver: Driver) -> None:
    charge = pay(driver)
    dispute = driver.control("POST", "disputes", {"charge": charge.id, "due_by": 0}).body

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().disputes.update(dispute["id"], {"evidence": {"customer_name": "Alice"}})

    assert driver.sdk().disputes.close(dispute["id"]).status == "lost"


def test_dispute_of_a_customer_on_a_test_clock_keeps_that_clocks_time(driver: Driver) -> None:
    sdk = driver.sdk()
    start = sdk.customers.create({}).created + 1_000_000
    clock = sdk.test_helpers.test_clocks.create({"frozen_time": start})
    customer = sdk.customers.create({"test_clock": clock.id})
    method = sdk.payment_methods.attach("pm_card_createDispute", {"customer": customer.id})
    values = {"amount": 4200, "currency": "usd", "customer": customer.id, "payment_method": method.id}
    sdk.payment_intents.create({**values, "confirm": True, "return_url": "http://127.0.0.1:9/"})
    driver.advance("PT10S")
    [opened] = sdk.disputes.list().data

    sdk.test_helpers.test_clocks.advance(clock.id, {"frozen_time": start + 22 * 86400})

    assert opened.created == start
    assert sdk.disputes.retrieve(opened.id).status == "lost"
