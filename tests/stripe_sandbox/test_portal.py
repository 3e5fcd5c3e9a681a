"""The customer portal and the hosted invoice, through the functions that their pages call."""

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, authentication, invoice_page, portal
from tests.stripe_sandbox.driver import Driver, card

FEATURES = {
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name"]},
}


def visit(driver: Driver, customer: object, *, features: dict = FEATURES, **more: object) -> object:
    configuration = driver.sdk().billing_portal.configurations.create({"features": features})
    return driver.sdk().billing_portal.sessions.create(
        {
            "customer": customer.id,
            "configuration": configuration.id,
            "return_url": "http://127.0.0.1:9/",
            **more,
        }
    )


def test_portal_shows_what_the_customer_has(driver: Driver) -> None:
    customer = driver.customer()
    driver.subscribe(customer, driver.price())

    session = visit(driver, customer)
    view = portal.read_session(driver.sandbox, session.id)

    assert session.url == f"{driver.url}/p/session/{session.id}"
    assert view.subscriptions[0]["product"]["name"] == "Test Subscription"
    assert [invoice["status"] for invoice in view.invoices] == ["paid"]
    assert view.default_payment_method_id == customer.invoice_settings.default_payment_method
    assert view.return_url == "http://127.0.0.1:9/"


def test_cancel_and_undo_in_the_portal(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    session = visit(driver, customer)

    portal.cancel_subscription(driver.sandbox, session.id, subscription_id=subscription.id, feedback="too_expensive")
    planned = driver.sdk().subscriptions.retrieve(subscription.id)
    portal.undo_cancellation(driver.sandbox, session.id, subscription_id=subscription.id)
    kept = driver.sdk().subscriptions.retrieve(subscription.id)

    assert (planned.status, planned.cancel_at_period_end) == ("active", True)
    assert planned.cancellation_details.feedback == "too_expensive"
    assert (kept.cancel_at_period_end, kept.cancellation_details.feedback) == (False, None)


def test_new_card_pays_from_then_on(driver: Driver) -> None:
    customer = driver.customer()
    session = visit(driver, customer)

    outcome = portal.add_card(driver.sandbox, session.id, card=card("5555555555554444"))

    changed = driver.sdk().customers.retrieve(customer.id)
    method = driver.sdk().payment_methods.retrieve(changed.invoice_settings.default_payment_method)
    assert outcome.status == "complete"
    assert method.card.brand == "mastercard"


def test_new_card_with_three_d_secure_comes_back_to_the_portal(driver: Driver) -> None:
    customer = driver.customer(None)
    session = visit(driver, customer)

    waiting = portal.add_card(driver.sandbox, session.id, card=card("4000002760003184"))
    url = authentication.answer(driver.sandbox, waiting.intent_id, is_authenticated=True)

    assert waiting.status == "requires_action"
    assert url == session.url
    changed = driver.sdk().customers.retrieve(customer.id)
    assert changed.invoice_settings.default_payment_method is not None


def test_card_that_pays_cannot_be_removed(driver: Driver) -> None:
    customer = driver.customer()
    driver.subscribe(customer, driver.price())
    session = visit(driver, customer)
    method_id = customer.invoice_settings.default_payment_method

    with pytest.raises(PageRefused) as caught:
        portal.remove_card(driver.sandbox, session.id, payment_method_id=method_id)

    assert caught.value.status == 409


def test_feature_that_is_off_is_forbidden(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    session = visit(driver, customer, features={"invoice_history": {"enabled": True}})

    with pytest.raises(PageRefused) as caught:
        portal.cancel_subscription(driver.sandbox, session.id, subscription_id=subscription.id)

    assert caught.value.status == 403


def test_details_outside_the_list_are_forbidden(driver: Driver) -> None:
    session = visit(driver, driver.customer())

    portal.update_customer(driver.sandbox, session.id, changes={"email": "new@example.org"})

    with pytest.raises(PageRefused):
        portal.update_customer(driver.sandbox, session.id, changes={"phone": "1"})
    assert driver.sdk().customers.list({"email": "new@example.org"}).data


def test_foreign_subscription_is_not_found_in_the_portal(driver: Driver) -> None:
    foreign = driver.subscribe(driver.customer(), driver.price())
    session = visit(driver, driver.customer())

    with pytest.raises(PageRefused) as caught:
        portal.cancel_subscription(driver.sandbox, session.id, subscription_id=foreign.id)

    assert caught.value.status == 404


def test_deep_link_names_the_subscription(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    flow = {"type": "subscription_cancel", "subscription_cancel": {"subscription": subscription.id}}

    session = visit(driver, customer, flow_data=flow)

    assert session.flow.subscription_cancel.subscription == subscription.id
    assert session.flow.after_completion.type == "portal_homepage"


def test_link_that_was_not_opened_in_time_is_gone(driver: Driver) -> None:
    session = visit(driver, driver.customer())
    account_id = driver.sandbox.owner_of("billing_portal.session", session.id)
    with driver.sandbox.unit(account_id) as unit:
        unit.get("billing_portal.session", session.id)["_made_wall"] -= 301

    with pytest.raises(PageRefused) as caught:
        portal.read_session(driver.sandbox, session.id)

    assert caught.value.status == 410


def test_first_configuration_is_the_default(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().billing_portal.sessions.create({"customer": driver.customer().id, "return_url": "http://x/"})

    first = driver.sdk().billing_portal.configurations.create({"features": FEATURES})

    assert first.is_default
    assert first.features.subscription_cancel.mode == "at_period_end"
    assert not first.features.subscription_update.enabled


def test_hosted_invoice_is_paid_with_another_card(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer("pm_card_chargeCustomerFail"), driver.price(), expand=["latest_invoice"]
    )
    token = subscription.latest_invoice.hosted_invoice_url.rpartition("/")[2]

    declined = invoice_page.pay(driver.sandbox, token, card=card("4000000000009995"))
    paid = [invoice_page.pay(driver.sandbox, token, card=card()) for _ in range(2)]

    assert declined.error["decline_code"] == "insufficient_funds"
    assert [outcome.status for outcome in paid] == ["complete", "complete"]
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"
    assert [charge.paid for charge in driver.sdk().charges.list().data] == [True, False, False]
    view = invoice_page.read_invoice(driver.sandbox, token)
    assert (view.invoice["status"], view.can_pay) == ("paid", False)
    assert view.charge["amount"] == 2500


def test_voided_invoice_is_not_payable(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer("pm_card_chargeCustomerFail"), driver.price(), expand=["latest_invoice"]
    )
    token = subscription.latest_invoice.hosted_invoice_url.rpartition("/")[2]
    driver.sdk().invoices.void_invoice(subscription.latest_invoice.id)

    with pytest.raises(PageRefused) as caught:
        invoice_page.pay(driver.sandbox, token, card=card())

    assert caught.value.status == 409
