"""A failed renewal is pursued: its case, the retry at its slot, a new card, and what it comes to at the deadline."""

from datetime import timedelta
from typing import Any

import pytest

from billing.gateway.client import client
from billing.models import CardBlock, DunningAttempt, StaffTask
from billing.services.make_attempts import make_attempts
from tests.billing.pursuit import (
    advance_to,
    charges_of,
    failed_renewal,
    look,
    new_card,
    only_attempt,
    pursue,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
THREE_DAYS = timedelta(days=3)


@pytest.fixture
def shop(sandbox: Any) -> Shop:
    return Shop.open(sandbox)


def test_a_failed_renewal_waits_for_its_slot(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)

    assert (case.state, case.decline_code) == ("waiting", "insufficient_funds")
    assert case.due_at is not None
    assert case.due_at > shop.now
    assert case.due_at.hour in (6, 7, 8)
    assert shop.look_at(subscription).status == "past_due"


def test_nothing_is_tried_before_its_moment(shop: Shop) -> None:
    failed_renewal(shop)

    pursue(shop)

    assert not DunningAttempt.objects.exists()


def test_a_retry_at_its_slot_recovers_the_invoice(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    advance_to(shop, case.due_at)

    pursue(shop)

    case.refresh_from_db()
    assert (only_attempt().state, only_attempt().trigger) == ("succeeded", "schedule")
    assert (case.state, case.end_reason) == ("recovered", "attempt")
    assert [charge["status"] for charge in charges_of(case)] == ["succeeded", "failed"]
    assert shop.look_at(subscription).status == "active"


def test_a_second_decline_plans_a_later_try(shop: Shop) -> None:
    _, case = failed_renewal(shop, "pm_card_chargeCustomerFail")
    first_due = case.due_at
    advance_to(shop, first_due)

    pursue(shop)

    case.refresh_from_db()
    assert only_attempt().state == "declined"
    assert only_attempt().stripe_charge_id
    assert (case.state, case.retries) == ("waiting", 1)
    assert case.due_at > first_due


def test_a_stolen_card_is_never_tried_again(shop: Shop) -> None:
    _, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")

    assert (case.state, case.waits_for) == ("awaiting_customer", "blocked")
    assert CardBlock.objects.get().reason == "stolen_card"


def test_a_new_card_is_tried_at_once(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")

    new_card(shop, subscription)
    pursue(shop)

    case.refresh_from_db()
    assert (only_attempt().state, only_attempt().trigger) == ("succeeded", "new_card")
    assert (case.state, case.retries) == ("recovered", 0)


def test_at_the_deadline_the_plan_ends_after_a_notice(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    advance_to(shop, case.deadline_at - THREE_DAYS)
    pursue(shop)
    case.refresh_from_db()
    notified_at = case.last_notice_at
    advance_to(shop, case.deadline_at)

    pursue(shop)

    case.refresh_from_db()
    assert notified_at is not None
    assert (case.state, case.end_reason) == ("lost", "deadline")
    assert shop.look_at(subscription).status == "canceled"


def test_a_payment_after_the_end_is_told_to_staff(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    advance_to(shop, case.deadline_at - THREE_DAYS)
    pursue(shop)
    advance_to(shop, case.deadline_at)
    pursue(shop)
    card = client().v1.payment_methods.attach("pm_card_visa", params={"customer": subscription.stripe_customer_id})

    client().v1.invoices.pay(case.stripe_invoice_id, params={"payment_method": card["id"]})
    shop.renewal(subscription)

    case.refresh_from_db()
    assert case.state == "recovered_late"
    assert StaffTask.objects.filter(kind="late_payment").exists()


def test_a_void_invoice_is_pursued_no_longer(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    client().v1.invoices.void_invoice(case.stripe_invoice_id)
    look(shop, subscription)

    advance_to(shop, case.due_at)
    pursue(shop)

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("stopped", "invoice_void")
    assert not DunningAttempt.objects.exists()


@pytest.mark.parametrize("fault", ["timeout_after_commit", "http_500_after_commit", "connection_reset"])
def test_a_lost_answer_is_asked_for_again_with_the_same_key(shop: Shop, fault: str) -> None:
    _, case = failed_renewal(shop)
    advance_to(shop, case.due_at)
    shop.sandbox.fault(fault, times=2, match={"path": f"/v1/invoices/{case.stripe_invoice_id}/pay"})
    pursue(shop)
    unknown = only_attempt()

    DunningAttempt.objects.update(run_at=unknown.sent_system_at)
    make_attempts(shop.now)

    case.refresh_from_db()
    assert unknown.state == "unknown"
    assert (only_attempt().state, case.state) == ("succeeded", "recovered")
    assert [charge["status"] for charge in charges_of(case)] == ["succeeded", "failed"]


def test_where_stripe_retries_too_nothing_is_sent(shop: Shop) -> None:
    shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20"})
    try:
        _, case = failed_renewal(shop, "pm_card_chargeCustomerFail")
        pursue(shop)
        advance_to(shop, case.opened_at + 3 * THREE_DAYS)
        pursue(shop)
    finally:
        shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "off"})

    assert case.state == "conflict"
    assert not DunningAttempt.objects.exists()
    assert StaffTask.objects.filter(kind="dunning_conflict").exists()
