"""What the tests of failed renewals share: an unpaid renewal, a try of ours, the charges that were made."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

RENEWAL = "P31DT2H"


def unpaid_renewal(driver: Driver, *, card: str = "pm_card_sandbox_sequence_ok,insufficient_funds") -> Any:
    """The open invoice of a renewal that was tried once, in vain."""
    subscription = driver.subscribe(driver.customer(card), driver.price())
    driver.advance(RENEWAL)
    return latest_invoice(driver, subscription.id)


def latest_invoice(driver: Driver, subscription_id: str) -> Any:
    """The invoice that a subscription stands by."""
    return driver.sdk().subscriptions.retrieve(subscription_id, {"expand": ["latest_invoice"]}).latest_invoice


def subscription_of(driver: Driver, invoice: Any) -> Any:
    """The subscription that an invoice bills, as it is now."""
    return driver.sdk().subscriptions.retrieve(invoice.parent.subscription_details.subscription)


def card_of(driver: Driver, customer_id: str) -> Any:
    """The customer's default card as it is now."""
    customer = driver.sdk().customers.retrieve(customer_id)
    return driver.sdk().payment_methods.retrieve(customer.invoice_settings.default_payment_method)


def new_card(driver: Driver, customer_id: str, card: str = "pm_card_visa") -> Any:
    """Another card of the customer, default of nothing."""
    return driver.sdk().payment_methods.attach(card, {"customer": customer_id})


def charges(driver: Driver, customer_id: str) -> list[Any]:
    """The customer's charges, oldest first."""
    return list(reversed(driver.sdk().charges.list({"customer": customer_id, "limit": 100}).data))


def plan_decline(driver: Driver, customer_id: str, **told: Any) -> None:
    """Let the next payment of the customer be declined so."""
    reply = driver.control("POST", "decline-next", {"customer": customer_id, **told})
    assert reply.status == 200, reply.body


def refused(driver: Driver, invoice_id: str, **params: Any) -> Any:
    """What `invoices.pay` says, as the SDK raises it."""
    with pytest.raises(stripe.StripeError) as caught:
        driver.sdk().invoices.pay(invoice_id, params)
    return caught.value
