"""Refunds: limits, their trace on charge and balance, late failure, waiting ones, those made in the dashboard."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, entries, pay


def refund(driver: Driver, charge: object, **params: object) -> object:
    return driver.sdk().refunds.create({"charge": charge.id, **params})


def refused(driver: Driver, charge: object, **params: object) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refund(driver, charge, **params)
    return caught.value


def test_full_refund_gives_the_amount_back_but_not_the_fee(driver: Driver) -> None:
    charge = pay(driver)

    made = refund(driver, charge, reason="requested_by_customer", metadata={"case": "1"})

    found = driver.sdk().charges.retrieve(charge.id, {"expand": ["refunds"]})
    entry = driver.sdk().balance_transactions.retrieve(made.balance_transaction, {"expand": ["source"]})
    assert (made.status, made.amount, made.reason, made.metadata["case"]) == (
        "succeeded",
        4200,
        "requested_by_customer",
        "1",
    )
    assert (found.refunded, found.amount_refunded) == (True, 4200)
    assert [each.id for each in found.refunds.data] == [made.id]
    assert (entry.type, entry.net, entry.source.id) == ("refund", -4200, made.id)
    assert balance_minor(driver) == -152


def test_partial_refunds_add_up_to_the_charge(driver: Driver) -> None:
    charge = pay(driver)

    refund(driver, charge, amount=1200)
    between = driver.sdk().charges.retrieve(charge.id)
    last = refund(driver, charge)

    assert (between.amount_refunded, between.refunded) == (1200, False)
    assert last.amount == 3000
    assert driver.sdk().charges.retrieve(charge.id).refunded is True


def test_more_than_the_rest_is_refused(driver: Driver) -> None:
    charge = pay(driver)
    refund(driver, charge, amount=4000)

    error = refused(driver, charge, amount=201)

    assert (error.http_status, error.param, error.code) == (400, "amount", None)
    assert driver.sdk().charges.retrieve(charge.id).amount_refunded == 4000


def test_fully_refunded_charge_is_not_refunded_again(driver: Driver) -> None:
    charge = pay(driver)
    refund(driver, charge)

    error = refused(driver, charge)

    assert (error.http_status, error.code) == (400, "charge_already_refunded")


def test_nothing_but_a_positive_amount_is_refunded(driver: Driver) -> None:
    error = refused(driver, pay(driver), amount=0)

    assert (error.code, error.param) == ("parameter_invalid_integer", "amount")


def test_refund_names_a_charge_or_an_intent(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().refunds.create({"amount": 100})

    assert caught.value.code == "parameter_missing"


def test_refund_by_intent_finds_its_charge(driver: Driver) -> None:
    charge = pay(driver)

    made = driver.sdk().refunds.create({"payment_intent": charge.payment_intent, "amount": 700})

    assert (made.charge, made.payment_intent) == (charge.id, charge.payment_intent)
    assert [each.id for each in driver.sdk().refunds.list({"charge": charge.id}).data] == [made.id]
    by_charge = driver.call("GET", f"/v1/charges/{charge.id}/refunds").body
    assert [each["id"] for each in by_charge["data"]] == [made.id]


def test_refund_tells_what_changed_on_the_charge(driver: Driver) -> None:
    charge = pay(driver)

    refund(driver, charge, amount=1200)

    told = driver.events("refund.created", "charge.refunded")
    assert [event.type for event in told] == ["refund.created", "charge.refunded"]
    assert told[1].data.object.amount_refunded == 1200
    assert told[1].data.previous_attributes["amount_refunded"] == 0


def test_repeated_key_makes_one_refund(driver: Driver) -> None:
    charge = pay(driver)

    ids = {
        driver.sdk().refunds.create({"charge": charge.id, "amount": 100}, {"idempotency_key": "refund-1"}).id
        for _ in range(2)
    }

    assert len(ids) == 1
    assert driver.sdk().charges.retrieve(charge.id).amount_refunded == 100


def test_refund_that_fails_later_brings_the_money_back_to_us(driver: Driver) -> None:
    charge = pay(driver, card="pm_card_refundFail")
    made = refund(driver, charge)
    assert made.status == "succeeded"

    driver.advance("PT2H")

    found = driver.sdk().refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    after = driver.sdk().charges.retrieve(charge.id)
    assert (found.status, found.failure_reason) == ("failed", "unknown")
    assert found.failure_balance_transaction.net == 4200
    assert (after.amount_refunded, after.refunded) == (0, False)
    assert balance_minor(driver) == 4200 - 152
    assert driver.event_types("charge.refunded") == [
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
        "charge.updated",
    ]


def test_waiting_refund_counts_at_once_and_succeeds_later(driver: Driver) -> None:
    driver.control("POST", "settings", {"refunds": "pending:60:succeeded"})
    charge = pay(driver)

    made = refund(driver, charge)
    driver.advance("PT61M")

    assert (made.status, made.pending_reason) == ("pending", "processing")
    assert driver.sdk().charges.retrieve(charge.id).refunded is True
    assert driver.sdk().refunds.retrieve(made.id).status == "succeeded"
    assert len(entries(driver, type="refund")) == 1


def test_waiting_refund_may_fail_with_a_reason(driver: Driver) -> None:
    driver.control("POST", "settings", {"refunds": "pending:60:failed:declined"})
    made = refund(driver, pay(driver))

    driver.advance("PT61M")

    found = driver.sdk().refunds.retrieve(made.id)
    assert (found.status, found.failure_reason) == ("failed", "declined")


def test_only_a_refund_that_needs_the_customer_can_be_cancelled(driver: Driver) -> None:
    charge = pay(driver)
    done = refund(driver, charge, amount=100)
    driver.control("POST", "settings", {"refunds": "requires_action"})
    waiting = refund(driver, charge, amount=200)

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().refunds.cancel(done.id)
    cancelled = driver.sdk().refunds.cancel(waiting.id)

    assert (cancelled.status, cancelled.balance_transaction) == ("canceled", None)
    assert driver.sdk().charges.retrieve(charge.id).amount_refunded == 100


def test_refund_made_in_the_dashboard_names_no_request(driver: Driver) -> None:
    charge = pay(driver)

    reply = driver.control("POST", "refunds", {"charge": charge.id, "amount": 500})

    event = driver.events("refund.created")[0]
    assert (reply.status, reply.body["amount"]) == (200, 500)
    assert event["request"].to_dict() == {"id": None, "idempotency_key": None}
    assert driver.sdk().charges.retrieve(charge.id).amount_refunded == 500


def test_bank_sends_back_a_refund_of_any_card(driver: Driver) -> None:
    made = refund(driver, pay(driver))

    driver.control("POST", "refunds/fail", {"refund": made.id, "reason": "lost_or_stolen_card"})
    again = driver.control("POST", "refunds/fail", {"refund": made.id})

    assert driver.sdk().refunds.retrieve(made.id).failure_reason == "lost_or_stolen_card"
    assert again.status == 400


def test_control_of_an_unknown_refund_is_not_found(driver: Driver) -> None:
    assert driver.control("POST", "refunds/fail", {"refund": "re_none"}).status == 404


def test_metadata_is_all_that_changes_on_a_refund(driver: Driver) -> None:
    made = refund(driver, pay(driver))

    changed = driver.sdk().refunds.update(made.id, {"metadata": {"seen": "yes"}})

    assert changed.metadata["seen"] == "yes"
    assert driver.event_types("charge.refunded") == ["refund.updated", "charge.refund.updated"]
