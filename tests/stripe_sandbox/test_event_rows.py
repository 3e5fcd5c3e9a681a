"""The table of events: what each action tells, in order, the renewal and the failing payment among them."""

from typing import Any

import pytest

from stripe_sandbox.hosted import authentication, checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.event_log import EventLog

BILLED = ["invoice.created", "invoice.finalized"]
TAKEN = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
SETTLED = ["invoice.updated", "invoice.paid", "invoice.payment_succeeded"]
PAID = [*BILLED, *TAKEN, *SETTLED, "invoice_payment.paid"]
RENEWED = ["invoice.upcoming", "customer.subscription.updated"]
RENEWAL = "P31DT2H"


@pytest.fixture
def log(driver: Driver) -> EventLog:
    return EventLog(driver)


def running(driver: Driver, log: EventLog, *, source: str | None = "pm_card_visa", **terms: Any) -> Any:
    """A subscription, its own events left out."""
    subscription = driver.subscribe(driver.customer(source), driver.price(1000), **terms)
    log.skip()
    return subscription


def other_price(driver: Driver, log: EventLog, subscription: Any) -> dict[str, Any]:
    """The parameters that change the plan."""
    price = driver.price(3000)
    log.skip()
    return {"items": [{"id": subscription["items"].data[0].id, "price": price.id}]}


@pytest.mark.parametrize(
    ("token", "then"),
    [
        ("pm_card_visa", [*TAKEN, *SETTLED, "invoice_payment.paid", "customer.subscription.updated"]),
        (
            "pm_card_chargeCustomerFail",
            [
                "payment_intent.created",
                "charge.failed",
                "payment_intent.payment_failed",
                "invoice.payment_failed",
                "invoice.updated",
            ],
        ),
        (
            "pm_card_authenticationRequired",
            [
                "payment_intent.created",
                "payment_intent.requires_action",
                "invoice.payment_action_required",
                "invoice.updated",
            ],
        ),
    ],
)
def test_a_subscription_begins(driver: Driver, log: EventLog, token: str, then: list[str]) -> None:
    customer, price = driver.customer(token), driver.price(1000)
    log.skip()

    driver.subscribe(customer, price)

    # The customer's first bill fixes its currency.
    assert log.types() == ["customer.updated", "customer.subscription.created", *BILLED, *then]


def test_a_trial_begins_with_an_invoice_of_nothing(driver: Driver, log: EventLog) -> None:
    customer, price = driver.customer(), driver.price(1000)
    log.skip()

    driver.subscribe(customer, price, trial_period_days=7)

    assert log.types() == ["customer.updated", "customer.subscription.created", *BILLED, *SETTLED]


def test_a_trial_is_announced_and_ends_in_a_paid_period(driver: Driver, log: EventLog) -> None:
    running(driver, log, trial_period_days=7)

    driver.advance("P5D")
    announced = log.by_time_alone()
    driver.advance("P2DT2H")

    assert announced == ["customer.subscription.trial_will_end"]
    assert log.by_time_alone() == ["customer.subscription.updated", *PAID]


def test_a_renewal_is_paid(driver: Driver, log: EventLog) -> None:
    running(driver, log)

    driver.advance(RENEWAL)

    assert log.by_time_alone() == [*RENEWED, *PAID]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("insufficient_funds", ["charge.failed", "payment_intent.payment_failed", "invoice.payment_failed"]),
        ("authenticate", ["payment_intent.requires_action", "invoice.payment_action_required"]),
    ],
)
def test_a_renewal_is_not_paid(driver: Driver, log: EventLog, outcome: str, told: list[str]) -> None:
    running(driver, log, source=f"pm_card_sandbox_sequence_ok,{outcome}")

    driver.advance(RENEWAL)

    past_due = ["customer.subscription.updated", "customer.updated", "invoice.updated"]
    assert log.by_time_alone() == [*RENEWED, *BILLED, "payment_intent.created", *told, *past_due]


@pytest.mark.parametrize(
    ("behaviour", "then"),
    [
        ("none", []),
        ("create_prorations", ["invoiceitem.created"] * 2),
        ("always_invoice", [*["invoiceitem.created"] * 2, *PAID, "customer.subscription.updated"]),
    ],
)
def test_a_plan_changes(driver: Driver, log: EventLog, behaviour: str, then: list[str]) -> None:
    subscription = running(driver, log)
    change = other_price(driver, log, subscription)
    driver.advance("P3D")
    log.skip()

    driver.sdk().subscriptions.update(subscription.id, {**change, "proration_behavior": behaviour})

    assert log.types() == ["customer.subscription.updated", *then]


def test_a_planned_end_is_told_when_planned_taken_back_and_reached(driver: Driver, log: EventLog) -> None:
    subscription = running(driver, log)

    for is_ending in (True, False, True):
        driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": is_ending})
    planned = log.types()
    driver.advance(RENEWAL)

    assert planned == ["customer.subscription.updated"] * 3
    assert log.by_time_alone() == ["customer.subscription.deleted"]


def test_a_pause_without_a_card_ends_in_a_paid_invoice(driver: Driver, log: EventLog) -> None:
    ending = {"end_behavior": {"missing_payment_method": "pause"}}
    subscription = running(driver, log, source=None, trial_period_days=2, trial_settings=ending)
    driver.advance("P1D")
    log.skip()

    driver.advance("P2D")
    paused = log.by_time_alone()
    values = {"customer": subscription.customer}
    method = driver.sdk().payment_methods.attach("pm_card_visa", values)
    driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": method.id})
    log.skip()
    driver.sdk().subscriptions.resume(subscription.id)

    assert paused == ["customer.subscription.updated", "customer.subscription.paused"]
    assert log.types() == [*PAID, "customer.subscription.resumed", "customer.subscription.updated"]


def test_a_change_that_waits_for_its_payment_expires(driver: Driver, log: EventLog) -> None:
    subscription = running(driver, log, source="pm_card_sandbox_sequence_ok,insufficient_funds")
    change = other_price(driver, log, subscription)
    terms = {"payment_behavior": "pending_if_incomplete", "proration_behavior": "always_invoice"}

    driver.sdk().subscriptions.update(subscription.id, {**change, **terms})
    log.skip()
    driver.advance("P2D")

    assert log.by_time_alone() == [
        "payment_intent.canceled",
        "invoice.voided",
        "customer.subscription.pending_update_expired",
        "customer.subscription.updated",
    ]


def test_a_first_invoice_that_nobody_pays_expires(driver: Driver, log: EventLog) -> None:
    running(driver, log, source="pm_card_chargeCustomerFail")

    driver.advance("P1D")

    assert log.by_time_alone() == ["payment_intent.canceled", "invoice.voided", "customer.subscription.updated"]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("payment", TAKEN),
        ("setup", ["payment_method.attached", "setup_intent.succeeded"]),
    ],
)
def test_a_checkout_completes(driver: Driver, log: EventLog, mode: str, told: list[str]) -> None:
    product = driver.sdk().products.create({"name": "Box"})
    price = driver.sdk().prices.create({"product": product.id, "unit_amount": 1500, "currency": "usd"})
    payment = {"line_items": [{"price": price.id, "quantity": 1}]}
    setup = {"currency": "usd", "customer": driver.customer(None).id}
    values = {"mode": mode, "success_url": "https://example.com/done"}
    session = driver.sdk().checkout.sessions.create({**values, **(payment if mode == "payment" else setup)})
    log.skip()

    checkout.submit(driver.sandbox, session.id, card=card(), email=None if mode == "setup" else "a@example.org")

    assert log.by_time_alone() == [*told, "checkout.session.completed"]


def test_a_setup_that_the_customer_does_not_confirm_fails(driver: Driver, log: EventLog) -> None:
    values = {"payment_method": "pm_card_authenticationRequired", "payment_method_types": ["card"]}
    setup = driver.sdk().setup_intents.create({**values, "confirm": True})

    authentication.answer(driver.sandbox, setup.id, is_authenticated=False)

    assert log.types() == ["setup_intent.created", "setup_intent.requires_action", "setup_intent.setup_failed"]
