"""A new default card, and a card that its bank replaces: same id, another number or date, and who is told."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.dunning import card_of, new_card, plan_decline, refused, unpaid_renewal
from tests.stripe_sandbox.event_log import EventLog


def replace(driver: Driver, method_id: str, **more: Any) -> Any:
    reply = driver.control("POST", "payment-methods/replace", {"payment_method": method_id, **more})
    assert reply.status == 200, reply.body
    return driver.sdk().payment_methods.retrieve(method_id)


def test_a_new_default_of_the_customer_is_told(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    log = EventLog(driver)
    old, method = card_of(driver, invoice.customer), new_card(driver, invoice.customer)
    log.skip()

    driver.sdk().customers.update(invoice.customer, {"invoice_settings": {"default_payment_method": method.id}})

    event = driver.events("customer.updated")[-1]
    assert log.types() == ["customer.updated"]
    assert event.data.previous_attributes["invoice_settings"].to_dict() == {"default_payment_method": old.id}
    assert event.data.object["invoice_settings"]["default_payment_method"] == method.id


def test_a_new_default_of_the_subscription_is_told_and_comes_first(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    log = EventLog(driver)
    method = new_card(driver, invoice.customer)
    log.skip()
    subscription_id = invoice.parent.subscription_details.subscription

    driver.sdk().subscriptions.update(subscription_id, {"default_payment_method": method.id})
    told = log.types()
    paid = driver.sdk().invoices.pay(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})

    event = driver.events("customer.subscription.updated")[-2]
    assert told == ["customer.subscription.updated"]
    assert event.data.previous_attributes.to_dict() == {"default_payment_method": None}
    assert paid.payments.data[0].payment.payment_intent.payment_method == method.id


def test_somebody_elses_card_becomes_no_default(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    other = new_card(driver, driver.customer(None).id)
    subscription = invoice.parent.subscription_details.subscription
    default = {"default_payment_method": other.id}

    answers = [
        driver.call("POST", f"/v1/subscriptions/{subscription}", default),
        driver.call(
            "POST", f"/v1/customers/{invoice.customer}", {"invoice_settings[default_payment_method]": other.id}
        ),
    ]

    assert [answer.status for answer in answers] == [400, 400]
    assert [answer.body["error"]["param"] for answer in answers] == [
        "default_payment_method",
        "invoice_settings[default_payment_method]",
    ]


def test_a_replaced_card_keeps_its_id_and_has_another_number(driver: Driver) -> None:
    old = card_of(driver, driver.customer().id)
    log = EventLog(driver)
    log.skip()

    new = replace(driver, old.id)

    [event] = driver.events("payment_method.automatically_updated")
    assert log.by_time_alone() == ["payment_method.automatically_updated"]
    assert (new.id, new.customer, new.card.brand) == (old.id, old.customer, old.card.brand)
    assert new.card.fingerprint != old.card.fingerprint
    assert new.card.exp_year == old.card.exp_year + 2
    assert event.data.object.to_dict() == new.to_dict()


def test_a_card_may_only_get_another_date(driver: Driver) -> None:
    old = card_of(driver, driver.customer().id)

    new = replace(driver, old.id, keeps_number=True, exp_month=1, exp_year=2045)

    assert (new.card.exp_month, new.card.exp_year) == (1, 2045)
    assert (new.card.fingerprint, new.card.last4) == (old.card.fingerprint, old.card.last4)


def test_a_replaced_card_pays_what_the_old_one_could_not(driver: Driver) -> None:
    invoice = unpaid_renewal(driver, card="pm_card_sandbox_sequence_ok,lost_card")
    method = card_of(driver, invoice.customer)
    refused(driver, invoice.id, payment_method=method.id)

    replace(driver, method.id)

    assert driver.sdk().invoices.pay(invoice.id, {"payment_method": method.id}).status == "paid"


def test_a_replaced_card_behaves_like_the_one_that_is_named(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    method = card_of(driver, invoice.customer)

    new = replace(driver, method.id, card="pm_card_sandbox_expired_card")

    error = refused(driver, invoice.id)
    assert error.code == "expired_card"
    assert error.json_body["error"]["payment_method"]["card"]["fingerprint"] == new.card.fingerprint


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"payment_method": "pm_nothing"}, 404),
        ({"card": "pm_card_nothing"}, 400),
        ({"exp_month": 13}, 400),
        ({"exp_year": 1999}, 400),
        ({"keeps_number": "yes"}, 400),
    ],
)
def test_what_no_bank_does_is_refused(driver: Driver, body: dict[str, Any], status: int) -> None:
    method = card_of(driver, driver.customer().id)

    reply = driver.control("POST", "payment-methods/replace", {"payment_method": method.id, **body})

    assert reply.status == status
    assert driver.events("payment_method.automatically_updated") == []


def test_a_card_that_nobody_saved_is_not_replaced(driver: Driver) -> None:
    method = card_of(driver, driver.customer().id)
    driver.sdk().payment_methods.detach(method.id)

    assert driver.control("POST", "payment-methods/replace", {"payment_method": method.id}).status == 400


def test_a_planned_decline_meets_a_replaced_card_too(driver: Driver) -> None:
    invoice = unpaid_renewal(driver)
    method = card_of(driver, invoice.customer)
    replace(driver, method.id)
    plan_decline(driver, invoice.customer, code="do_not_honor")

    assert refused(driver, invoice.id).json_body["error"]["decline_code"] == "do_not_honor"
