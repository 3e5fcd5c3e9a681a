"""`invoices.pay` on a renewal that failed: what it takes, what it refuses, and that it never charges twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from stripe_sandbox.hosted import invoice_page
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.dunning import (
    charges,
    latest_invoice,
    new_card,
    plan_decline,
    refused,
    subscription_of,
    unpaid_renewal,
)


def paid(driver: Driver, customer_id: str) -> int:
    """How many charges took money."""
    return len([charge for charge in charges(driver, customer_id) if charge.paid])


def token(invoice: Any) -> str:
    return str(invoice.hosted_invoice_url.rpartition("/")[2])


@pytest.mark.parametrize("off_session", [True, False])
def test_a_decline_leaves_the_invoice_open_and_names_charge_and_intent(driver: Driver, off_session: bool) -> None:
    invoice = unpaid_renewal(driver)

    error = refused(driver, invoice.id, off_session=off_session)

    body, now = error.json_body["error"], driver.sdk().invoices.retrieve(invoice.id)
    last = charges(driver, invoice.customer)[-1]
    assert (error.http_status, body["type"], body["code"]) == (402, "card_error", "card_declined")
    assert (body["charge"], body["payment_intent"]["id"]) == (last.id, last.payment_intent)
    assert (now.status, now.attempted, now.amount_remaining) == ("open", True, 2500)
    assert subscription_of(driver, invoice).status == "past_due"


def test_our_tries_after_the_first_do_not_count(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)

    for _ in range(2):
        refused(driver, invoice.id)

    now = driver.sdk().invoices.retrieve(invoice.id)
    assert (invoice.attempt_count, now.attempt_count, now.next_payment_attempt) == (1, 1, None)
    assert len(charges(driver, invoice.customer)) == 4


def test_our_try_leaves_the_accounts_own_schedule_as_it_is(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5"})
    invoice = unpaid_renewal(driver)

    refused(driver, invoice.id)

    now = driver.sdk().invoices.retrieve(invoice.id)
    assert invoice.next_payment_attempt is not None
    assert (now.next_payment_attempt, now.attempt_count) == (invoice.next_payment_attempt, 1)


def test_our_first_try_counts_and_begins_the_schedule(driver: Driver) -> None:
    driver.control("POST", "settings", {"retries": "fixed:3,5"})
    begun = driver.subscribe(driver.customer("pm_card_sandbox_sequence_ok,insufficient_funds"), driver.price())
    driver.set_clock(begun["items"].data[0].current_period_end + 60)
    draft = latest_invoice(driver, begun.id)

    refused(driver, draft.id)

    now = driver.sdk().invoices.retrieve(draft.id)
    due_in = now.next_payment_attempt - now.status_transitions.finalized_at
    assert (draft.status, now.status, now.attempt_count, due_in) == ("draft", "open", 1, 3 * 86_400)


def test_another_card_of_the_customer_pays_the_same_intent(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)

    now = driver.sdk().invoices.pay(
        invoice.id,
        {"payment_method": new_card(driver, invoice.customer).id, "off_session": True, "expand": ["payments"]},
    )

    [payment] = now.payments.data
    last = charges(driver, invoice.customer)[-1]
    assert (now.status, now.attempt_count, payment.status) == ("paid", 1, "paid")
    assert payment.payment.payment_intent == last.payment_intent
    assert subscription_of(driver, invoice).status == "active"


@pytest.mark.parametrize("off_session", [True, False])
def test_a_card_that_asks_its_owner_is_an_error_of_its_own(driver: Driver, off_session: bool) -> None:
    invoice = unpaid_renewal(driver)
    method = new_card(driver, invoice.customer, "pm_card_authenticationRequired")
    before = len(charges(driver, invoice.customer))

    error = refused(driver, invoice.id, payment_method=method.id, off_session=off_session)

    body = error.json_body["error"]
    assert (error.http_status, body["type"]) == (402, "card_error")
    assert body["code"] == "invoice_payment_intent_requires_action"
    assert body["payment_intent"]["status"] == "requires_action"
    assert "charge" not in body
    assert len(charges(driver, invoice.customer)) == before
    assert driver.sdk().invoices.retrieve(invoice.id).status == "open"
    assert driver.event_types()[-2:] == ["payment_intent.requires_action", "invoice.payment_action_required"]


def test_a_bank_may_want_its_owner_instead_of_a_plain_decline(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    plan_decline(driver, invoice.customer, code="authentication_required")

    error = refused(driver, invoice.id)

    body = error.json_body["error"]
    assert (error.http_status, error.code, body["decline_code"]) == (402, *["authentication_required"] * 2)
    assert body["charge"] == charges(driver, invoice.customer)[-1].id


def test_a_switch_has_it_answer_with_the_open_invoice(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    driver.control("POST", "settings", {"pay_requires_action": "invoice"})
    method = new_card(driver, invoice.customer, "pm_card_authenticationRequired")

    now = driver.sdk().invoices.pay(invoice.id, {"payment_method": method.id, "expand": ["payments"]})

    intent = driver.sdk().payment_intents.retrieve(now.payments.data[0].payment.payment_intent)
    assert (now.status, intent.status) == ("open", "requires_action")


@pytest.mark.parametrize(
    ("ending", "words"), [("pay", "Invoice is already paid"), ("void_invoice", "Voided invoices cannot be paid.")]
)
def test_what_is_closed_is_refused_and_not_charged(driver: Driver, ending: str, words: str) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    getattr(driver.sdk().invoices, ending)(invoice.id)
    before = len(charges(driver, invoice.customer))

    error = refused(driver, invoice.id)

    body = error.json_body["error"]
    assert (error.http_status, body["type"], body.get("code")) == (400, "invalid_request_error", None)
    assert body["message"] == words
    assert len(charges(driver, invoice.customer)) == before


def test_an_invoice_that_was_given_up_can_be_paid(driver: Driver) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    driver.sdk().invoices.mark_uncollectible(invoice.id)

    assert driver.sdk().invoices.pay(invoice.id).status == "paid"


def test_one_key_has_one_answer_a_decline_too(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    path = f"/v1/invoices/{invoice.id}/pay"

    first = driver.call("POST", path, {"off_session": "true"}, Idempotency_Key="a:pay")
    events = driver.event_types()
    again = driver.call("POST", path, {"off_session": "true"}, Idempotency_Key="a:pay")

    assert (first.status, again.status, again.body) == (402, 402, first.body)
    assert (again.headers["idempotent-replayed"], again.headers["stripe-should-retry"]) == ("true", "false")
    assert len(charges(driver, invoice.customer)) == 3
    assert driver.event_types() == events


def test_one_key_with_another_card_is_refused(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    path = f"/v1/invoices/{invoice.id}/pay"
    driver.call("POST", path, {}, Idempotency_Key="a:pay")

    other = driver.call(
        "POST", path, {"payment_method": new_card(driver, invoice.customer).id}, Idempotency_Key="a:pay"
    )

    assert (other.status, other.body["error"]["type"]) == (400, "idempotency_error")
    assert paid(driver, invoice.customer) == 1


def test_a_card_that_was_taken_away_is_named(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    method = new_card(driver, invoice.customer)
    driver.sdk().payment_methods.detach(method.id)

    error = refused(driver, invoice.id, payment_method=method.id)

    body = error.json_body["error"]
    assert (error.http_status, body["type"], body["param"]) == (400, "invalid_request_error", "payment_method")
    assert body["code"] == "resource_missing"
    assert body["message"].startswith(f"The customer does not have a payment method with the ID {method.id}.")


def test_page_and_call_before_it_make_one_charge(driver: Driver) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,insufficient_funds,ok")
    driver.control("POST", "faults", {"fault": "pay_on_hosted_page", "match": {"path": "/v1/invoices/*"}})

    error = refused(driver, invoice.id)

    assert (error.http_status, error.json_body["error"]["message"]) == (400, "Invoice is already paid")
    assert paid(driver, invoice.customer) == 2
    assert driver.sdk().invoices.retrieve(invoice.id).amount_overpaid == 0


def test_page_and_call_at_the_same_time_make_one_charge(driver: Driver) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,insufficient_funds,ok")

    with ThreadPoolExecutor(4) as pool:
        pages = [pool.submit(invoice_page.pay, driver.sandbox, token(invoice), card=card()) for _ in range(2)]
        calls = [pool.submit(driver.call, "POST", f"/v1/invoices/{invoice.id}/pay") for _ in range(2)]

    assert {each.result().status for each in pages} == {"complete"}
    assert {each.result().status for each in calls} <= {200, 400}
    assert paid(driver, invoice.customer) == 2
