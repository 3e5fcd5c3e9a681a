"""Recipes of subscriptions and their schedules."""

from typing import Any

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.recipes.table import DESCRIPTION, NO_SOURCE, NOTE, recipe


@recipe("customer.subscription.created")
def created(driver: Driver) -> Any:
    settings = {"invoice_settings": {"default_payment_method": "pm_card_visa"}}
    values = {"description": DESCRIPTION, "payment_method": "pm_card_visa", **settings}
    return driver.subscribe(driver.sdk().customers.create(values), driver.price(1500))


@recipe("customer.subscription.updated", differs=NO_SOURCE)
def updated(driver: Driver) -> Any:
    return driver.sdk().subscriptions.update(_running(driver).id, NOTE)


@recipe("customer.subscription.deleted", differs=NO_SOURCE)
def deleted(driver: Driver) -> Any:
    return driver.sdk().subscriptions.cancel(_running(driver).id)


def _running(driver: Driver) -> Any:
    terms = {"currency": "usd", "interval": "month", "amount": 2000, "product": {"name": "Box"}}
    items = [{"plan": driver.sdk().plans.create(terms).id}]
    return driver.sdk().subscriptions.create({"customer": driver.customer().id, "items": items})


@recipe("customer.subscription.paused")
def paused(driver: Driver) -> Any:
    ending = {"end_behavior": {"missing_payment_method": "pause"}}
    terms = {"trial_period_days": 7, "trial_settings": ending}
    subscription = driver.subscribe(driver.customer(None), driver.price(1500), **terms)
    return driver.sdk().subscriptions.update(subscription.id, {"trial_end": "now"})


@recipe("customer.subscription.trial_will_end")
def trial_ends(driver: Driver) -> Any:
    subscription = driver.subscribe(driver.customer(None), driver.price(1500), trial_period_days=1)
    driver.advance("PT1S")
    return subscription


def _first_invoice(driver: Driver, token: str) -> Any:
    values = {"type": "card", "card": {"token": token}}
    method = driver.sdk().payment_methods.create(values)
    customer = driver.customer(None)
    driver.sdk().payment_methods.attach(method.id, {"customer": customer.id})
    settings = {"invoice_settings": {"default_payment_method": method.id}}
    driver.sdk().customers.update(customer.id, settings)
    subscription = driver.subscribe(customer, driver.price(2000))
    return driver.sdk().invoices.retrieve(subscription.latest_invoice)


@recipe("subscription.payment_succeeded", event="invoice.payment_succeeded")
def first_paid(driver: Driver) -> Any:
    return _first_invoice(driver, "tok_visa")


@recipe("subscription.payment_failed", event="invoice.payment_failed")
def first_failed(driver: Driver) -> Any:
    return _first_invoice(driver, "tok_chargeCustomerFail")


@recipe("subscription_schedule.created", differs=NO_SOURCE)
def schedule_created(driver: Driver) -> Any:
    price = driver.price(1500)
    month = {"interval": "month", "interval_count": 1}
    phases = [{"items": [{"price": price.id, "quantity": seats}], "duration": month} for seats in (1, 2)]
    values = {"customer": driver.customer().id, "start_date": "now", "phases": phases}
    return driver.sdk().subscription_schedules.create(values)


@recipe("subscription_schedule.updated", differs=NO_SOURCE)
def schedule_updated(driver: Driver) -> Any:
    return driver.sdk().subscription_schedules.update(schedule_created(driver).id, NOTE)


@recipe("subscription_schedule.released", differs=NO_SOURCE)
def schedule_released(driver: Driver) -> Any:
    return driver.sdk().subscription_schedules.release(schedule_created(driver).id)


@recipe("subscription_schedule.canceled", differs=NO_SOURCE)
def schedule_canceled(driver: Driver) -> Any:
    return driver.sdk().subscription_schedules.cancel(schedule_created(driver).id)
