"""Bank accounts and redirects that pay: processing at first, then paid or failed, under a mandate."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import authentication
from tests.stripe_sandbox.driver import Driver

GOOD = "DE89370400440532013000"
SLOW = "DE08370400440532013003"
POOR = "DE65370400440002222227"
CONSENT = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "test"}}}
BACK = "http://127.0.0.1:9/back"


def account(driver: Driver, iban: str = GOOD) -> Any:
    details = {"email": "alice@example.org", "name": "Alice"}
    values = {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": details}
    return driver.sdk().payment_methods.create(values)


def pay(driver: Driver, method: Any, **more: Any) -> Any:
    params = {"amount": 2900, "currency": "eur", "payment_method": method.id, "confirm": True}
    params |= {"payment_method_types": [method.type], "mandate_data": CONSENT, "expand": ["latest_charge"]}
    return driver.sdk().payment_intents.create({**params, **more})


def test_a_debit_is_processing_and_then_paid(driver: Driver) -> None:
    intent = pay(driver, account(driver))

    driver.advance("PT10S")

    after = driver.sdk().payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    charge = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("processing", 0)
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    assert charge.payment_method_details.sepa_debit.last4 == "3000"
    assert (after.status, after.amount_received) == ("succeeded", 2900)
    assert (after.latest_charge.status, after.latest_charge.balance_transaction is None) == ("succeeded", False)
    types = driver.event_types("payment_intent.created")
    assert types[:2] == ["charge.pending", "payment_intent.processing"]
    assert types[-2:] == ["charge.succeeded", "payment_intent.succeeded"]


def test_a_slow_debit_takes_three_minutes(driver: Driver) -> None:
    intent = pay(driver, account(driver, SLOW))

    driver.advance("PT170S")
    before = driver.sdk().payment_intents.retrieve(intent.id).status
    driver.advance("PT20S")

    assert before == "processing"
    assert driver.sdk().payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_debit_that_fails_gives_the_intent_back(driver: Driver) -> None:
    intent = pay(driver, account(driver, POOR))

    driver.advance("PT10S")

    after = driver.sdk().payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.last_payment_error.code) == ("requires_payment_method", "insufficient_funds")
    assert (after.latest_charge.status, after.latest_charge.failure_code) == ("failed", "insufficient_funds")
    assert driver.sdk().balance_transactions.list().data == []


def test_a_debit_needs_consent_once(driver: Driver) -> None:
    customer = driver.customer(None)
    method = driver.sdk().payment_methods.attach(account(driver).id, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(driver, method, customer=customer.id, mandate_data={})

    setup = driver.sdk().setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": method.id,
            "payment_method_types": ["sepa_debit"],
            "confirm": True,
            "mandate_data": CONSENT,
        }
    )
    intent = driver.sdk().payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method.id,
            "payment_method_types": ["sepa_debit"],
            "confirm": True,
            "off_session": True,
        }
    )

    mandate = driver.sdk().mandates.retrieve(setup.mandate)
    assert caught.value.param == "mandate_data"
    assert intent.status == "processing"
    assert (mandate.status, mandate.type, mandate.payment_method) == ("active", "multi_use", method.id)
    assert mandate.customer_acceptance.online.ip_address == "127.0.0.1"


def test_a_mandate_for_one_payment_names_its_sum(driver: Driver) -> None:
    intent = pay(driver, account(driver))

    mandate = driver.sdk().mandates.retrieve(intent.latest_charge.payment_method_details.sepa_debit.mandate)

    assert (mandate.type, mandate.single_use.amount, mandate.single_use.currency) == ("single_use", 2900, "eur")


def test_a_bank_that_forbids_the_debit_ends_its_mandate(driver: Driver) -> None:
    bacs = {"account_number": "33333335", "sort_code": "108800"}
    method = driver.sdk().payment_methods.create({"type": "bacs_debit", "bacs_debit": bacs})
    intent = pay(driver, method, currency="gbp")

    driver.advance("PT10S")

    mandate = driver.sdk().mandates.retrieve(intent.latest_charge.payment_method_details.bacs_debit.mandate)
    assert mandate.status == "inactive"
    assert "mandate.updated" in driver.event_types()


@pytest.mark.parametrize(
    ("number", "code"),
    [("000111111113", "account_closed"), ("000111111116", "no_account"), ("000222222227", "insufficient_funds")],
)
def test_american_accounts_fail_as_documented(driver: Driver, number: str, code: str) -> None:
    bank = {"account_number": number, "routing_number": "110000000", "account_holder_type": "individual"}
    method = driver.sdk().payment_methods.create({"type": "us_bank_account", "us_bank_account": bank})

    intent = pay(driver, method, currency="usd")
    driver.advance("PT10S")

    assert driver.sdk().payment_intents.retrieve(intent.id).last_payment_error.code == code


def test_an_account_that_sepa_cannot_debit_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account(driver, "DE91370400440000055555")

    assert caught.value.code == "sepa_debit_bank_not_supported"


@pytest.mark.parametrize(
    ("more", "param"),
    [({"payment_method_types": ["card"]}, "payment_method"), ({"currency": "usd"}, "payment_method")],
)
def test_a_type_or_currency_that_does_not_fit_is_refused(driver: Driver, more: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(driver, account(driver), **more)

    assert (caught.value.param, caught.value.code) == (param, "payment_intent_invalid_parameter")


def test_an_account_can_be_given_with_the_payment(driver: Driver) -> None:
    data = {"type": "sepa_debit", "sepa_debit": {"iban": GOOD}, "billing_details": {"name": "Alice"}}
    params = {"amount": 500, "currency": "eur", "payment_method_types": ["sepa_debit"], "confirm": True}

    intent = driver.sdk().payment_intents.create(
        {**params, "payment_method_data": data, "mandate_data": CONSENT, "expand": ["payment_method"]}
    )

    assert intent.status == "processing"
    assert (intent.payment_method.type, intent.payment_method.billing_details.name) == ("sepa_debit", "Alice")


@pytest.mark.parametrize(("iban", "status", "invoice"), [(GOOD, "active", "paid"), (POOR, "past_due", "open")])
def test_a_subscription_runs_while_its_debit_is_on_its_way(
    driver: Driver, iban: str, status: str, invoice: str
) -> None:
    customer = driver.customer(None)
    method = driver.sdk().payment_methods.attach(account(driver, iban).id, {"customer": customer.id})
    price = _euro_price(driver)

    begun = driver.subscribe(customer, price, default_payment_method=method.id, expand=["latest_invoice"])
    driver.advance("PT10S")

    after = driver.sdk().subscriptions.retrieve(begun.id, {"expand": ["latest_invoice"]})
    assert (begun.status, begun.latest_invoice.status) == ("active", "open")
    assert (after.status, after.latest_invoice.status) == (status, invoice)


def _euro_price(driver: Driver) -> Any:
    product = driver.sdk().products.create({"name": "Plan"})
    values = {"product": product.id, "currency": "eur", "unit_amount": 1000, "recurring": {"interval": "month"}}
    return driver.sdk().prices.create(values)


@pytest.mark.parametrize(("passes", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
def test_a_redirect_asks_the_customer(driver: Driver, passes: bool, status: str) -> None:
    method = driver.sdk().payment_methods.create({"type": "ideal", "ideal": {"bank": "ing"}})
    intent = pay(driver, method, mandate_data={}, return_url=BACK)

    url = authentication.answer(driver.sandbox, intent.id, is_authenticated=passes)

    after = driver.sdk().payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert url.startswith(BACK)
    assert after.status == status
    assert (after.latest_charge is not None) == passes


def test_a_redirect_without_a_way_back_is_refused(driver: Driver) -> None:
    method = driver.sdk().payment_methods.create({"type": "bancontact", "billing_details": {"name": "Alice"}})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(driver, method, mandate_data={})

    assert caught.value.param == "return_url"
