"""What a customer takes from its parameters, and the sessions and the cash balance that hang on it."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

EMPTY = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def test_address_and_shipping_show_every_key(driver: Driver) -> None:
    made = driver.sdk().customers.create(
        {"address": {"country": "US"}, "shipping": {"name": "Ada", "address": {"line1": "1 Main Street"}}}
    )

    assert made.address.to_dict() == {**EMPTY, "country": "US"}
    assert made.shipping.to_dict() == {"address": {**EMPTY, "line1": "1 Main Street"}, "name": "Ada", "phone": None}


def test_empty_values_unset(driver: Driver) -> None:
    sdk = driver.sdk()
    made = sdk.customers.create({"email": "ada@example.org", "tax_exempt": "exempt", "address": {"country": "US"}})

    changed = sdk.customers.update(made.id, {"email": "", "tax_exempt": "", "address": "", "shipping": ""})

    assert (changed.email, changed.tax_exempt, changed.address, changed.shipping) == (None, "none", None, None)


def test_invoices_are_numbered_as_the_customer_says(driver: Driver) -> None:
    sdk = driver.sdk()
    customer = sdk.customers.create({"invoice_prefix": "ACME", "next_invoice_sequence": 7})

    invoice = sdk.invoices.finalize_invoice(sdk.invoices.create({"customer": customer.id}).id)

    assert invoice.number == "ACME-0007"


@pytest.mark.parametrize(
    ("params", "param"),
    [({"invoice_prefix": "no"}, "invoice_prefix"), ({"next_invoice_sequence": 0}, "next_invoice_sequence")],
)
def test_numbering_that_cannot_be_is_refused(driver: Driver, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customers.create(params)

    assert caught.value.param == param


def test_draft_follows_its_customer_until_it_is_final(driver: Driver) -> None:
    sdk = driver.sdk()
    customer = driver.customer()
    draft = sdk.invoices.create({"customer": customer.id})

    sdk.customers.update(customer.id, {"name": "Beta"})
    sdk.invoices.finalize_invoice(draft.id)
    sdk.customers.update(customer.id, {"name": "Gamma"})

    assert sdk.invoices.retrieve(draft.id).customer_name == "Beta"


def test_customer_session_enables_what_was_asked(driver: Driver) -> None:
    customer = driver.customer()

    made = driver.sdk().customer_sessions.create(
        {
            "customer": customer.id,
            "components": {"payment_element": {"enabled": True, "features": {"payment_method_save": "enabled"}}},
        }
    )

    assert (made.object, made.customer, made.expires_at - made.created) == ("customer_session", customer.id, 1800)
    assert made.components.pricing_table.enabled is False
    features = made.components.payment_element.features
    assert (features.payment_method_save, features.payment_method_redisplay_limit) == ("enabled", 3)


def test_customer_session_of_nothing_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customer_sessions.create(
            {"customer": driver.customer().id, "components": {"pricing_table": {"enabled": False}}}
        )

    assert caught.value.param == "components"


def test_cash_balance_is_empty_and_keeps_its_settings(driver: Driver) -> None:
    sdk = driver.sdk()
    customer = driver.customer()
    before = sdk.customers.cash_balance.retrieve(customer.id)

    sdk.customers.cash_balance.update(customer.id, {"settings": {"reconciliation_mode": "manual"}})

    assert (before.available, before.settings.reconciliation_mode) == (None, "automatic")
    assert before.settings.using_merchant_default
    shown = sdk.customers.retrieve(customer.id, {"expand": ["cash_balance"]}).cash_balance
    assert (shown.settings.reconciliation_mode, shown.settings.using_merchant_default) == ("manual", False)
    assert sdk.customers.cash_balance_transactions.list(customer.id).data == []
