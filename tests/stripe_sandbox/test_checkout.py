"""Checkout sessions, made by the API and completed as the page completes them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, authentication, checkout
from tests.stripe_sandbox.driver import Driver, card

SUCCESS_URL = "http://127.0.0.1:9/?session={CHECKOUT_SESSION_ID}"


def start(driver: Driver, *, mode: str = "subscription", price: object = None, **more: object) -> object:
    params = {"mode": mode, "success_url": SUCCESS_URL, "cancel_url": "http://127.0.0.1:9/back"}
    if mode == "setup":
        params["currency"] = "usd"
    else:
        params["line_items"] = [{"price": (price or driver.price(1000)).id, "quantity": 1}]
    return driver.sdk().checkout.sessions.create({**params, **more})


def test_subscription_session_reads_as_recorded(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id).to_dict()

    assert (session["status"], session["payment_status"], session["amount_total"]) == ("open", "unpaid", 1000)
    assert session["expires_at"] - session["created"] == 86400
    assert session["ui_mode"] == "hosted_page"
    assert session["payment_method_collection"] == "always"
    assert session["success_url"] == SUCCESS_URL
    assert session["id"].startswith("cs_test_a1")
    assert "line_items" not in session
    assert [session[key] for key in ("subscription", "invoice", "payment_intent", "setup_intent")] == [None] * 4
    assert len(session) == 59


def test_payment_session_reads_as_recorded(driver: Driver) -> None:
    price = driver.sdk().prices.create({"product": driver.price().product, "currency": "usd", "unit_amount": 1500})

    session = start(driver, mode="payment", price=price)

    assert (session.payment_status, session.payment_intent) == ("unpaid", None)
    assert session.payment_method_collection == "if_required"
    assert not session.invoice_creation.enabled


def test_setup_session_reads_as_recorded(driver: Driver) -> None:
    session = start(driver, mode="setup", customer=driver.customer(None).id)

    assert session.id.startswith("cs_test_c1")
    assert (session.payment_status, session.amount_total) == ("no_payment_required", None)
    assert session.setup_intent.startswith("seti_1")
    assert session.discounts is None


def test_paid_page_makes_customer_subscription_and_invoice(driver: Driver) -> None:
    session = start(driver, subscription_data={"metadata": {"intent": "42"}})

    outcome = checkout.submit(driver.sandbox, session.id, card=card(), email="bob@example.org")

    done = driver.sdk().checkout.sessions.retrieve(
        session.id, {"expand": ["subscription", "invoice", "customer", "line_items"]}
    )
    assert outcome.status == "complete"
    assert outcome.redirect_url == f"http://127.0.0.1:9/?session={session.id}"
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.success_url == SUCCESS_URL
    assert done.subscription.status == "active"
    assert done.subscription.metadata["intent"] == "42"
    assert done.subscription.default_payment_method is not None
    assert (done.invoice.status, done.invoice.total, done.invoice.attempt_count) == ("paid", 1000, 1)
    assert done.customer.email == done.customer_details.email == "bob@example.org"
    assert driver.event_types()[-1] == "checkout.session.completed"
    assert len(driver.sdk().charges.list().data) == 1


def test_trial_through_checkout_saves_the_card_and_takes_nothing(driver: Driver) -> None:
    customer = driver.customer(None)
    session = start(driver, customer=customer.id, subscription_data={"trial_period_days": 14})

    checkout.submit(driver.sandbox, session.id, card=card())

    done = driver.sdk().checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "trialing")
    assert driver.sdk().charges.list().data == []
    driver.advance("P15D")
    assert driver.sdk().subscriptions.retrieve(done.subscription.id).status == "active"
    assert driver.sdk().charges.list().data[0].amount == 1000


def test_declined_card_leaves_the_page_open_for_another(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id)

    declined = checkout.submit(driver.sandbox, session.id, card=card("4000000000009995"))
    still = driver.sdk().checkout.sessions.retrieve(session.id)
    paid = checkout.submit(driver.sandbox, session.id, card=card())

    assert (declined.status, declined.error["decline_code"]) == ("declined", "insufficient_funds")
    assert declined.error["message"] == "Your card has insufficient funds."
    assert (still.status, still.subscription) == ("open", None)
    assert paid.status == "complete"
    assert {"charge.failed", "payment_intent.payment_failed"} <= set(driver.event_types())
    assert len(driver.sdk().subscriptions.list().data) == 1


@pytest.mark.parametrize("trial", [{}, {"trial_period_days": 14}])
def test_page_waits_for_three_d_secure(driver: Driver, trial: dict) -> None:
    session = start(driver, customer=driver.customer(None).id, **({"subscription_data": trial} if trial else {}))

    waiting = checkout.submit(driver.sandbox, session.id, card=card("4000002760003184"))
    before = driver.sdk().checkout.sessions.retrieve(session.id)
    url = authentication.answer(driver.sandbox, waiting.intent_id, is_authenticated=True)

    after = driver.sdk().checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (waiting.status, waiting.redirect_url) == ("requires_action", f"/3ds/{waiting.intent_id}")
    assert (before.status, after.status) == ("open", "complete")
    assert url == f"http://127.0.0.1:9/?session={session.id}"
    assert after.subscription.status == ("trialing" if trial else "active")


def test_failed_three_d_secure_leads_back_to_the_page(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id)
    waiting = checkout.submit(driver.sandbox, session.id, card=card("4000002760003184"))

    url = authentication.answer(driver.sandbox, waiting.intent_id, is_authenticated=False)

    view = checkout.read_session(driver.sandbox, session.id)
    assert url == f"{driver.url}/c/pay/{session.id}"
    assert view.session["status"] == "open"
    assert view.last_error["code"] == "payment_intent_authentication_failure"


def test_double_submit_makes_one_subscription(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id)

    with ThreadPoolExecutor(4) as pool:
        pending = [pool.submit(checkout.submit, driver.sandbox, session.id, card=card()) for _ in range(4)]
        statuses = {job.result().status for job in pending}

    assert statuses == {"complete"}
    assert len(driver.sdk().subscriptions.list({"status": "all"}).data) == 1
    assert len(driver.sdk().charges.list().data) == 1


def test_session_expires_by_time_and_by_call(driver: Driver) -> None:
    by_time, by_call = start(driver), start(driver)

    expired = driver.sdk().checkout.sessions.expire(by_call.id)
    driver.advance("P1D")

    assert (expired.status, expired.url) == ("expired", None)
    assert driver.sdk().checkout.sessions.retrieve(by_time.id).status == "expired"
    assert driver.event_types().count("checkout.session.expired") == 2
    with pytest.raises(PageRefused) as caught:
        checkout.submit(driver.sandbox, by_time.id, card=card(), email="a@example.org")
    assert caught.value.status == 410


def test_complete_session_cannot_be_expired(driver: Driver) -> None:
    session = start(driver, customer=driver.customer(None).id)
    checkout.submit(driver.sandbox, session.id, card=card())

    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().checkout.sessions.expire(session.id)


def test_setup_session_saves_the_card(driver: Driver) -> None:
    customer = driver.customer(None)
    session = start(driver, mode="setup", customer=customer.id)

    checkout.submit(driver.sandbox, session.id, card=card())

    [method] = driver.sdk().customers.payment_methods.list(customer.id).data
    intent = driver.sdk().setup_intents.retrieve(session.setup_intent)
    assert (intent.status, intent.payment_method) == ("succeeded", method.id)


def test_one_off_payment_is_taken(driver: Driver) -> None:
    price = driver.sdk().prices.create({"product": driver.price().product, "currency": "usd", "unit_amount": 1500})
    session = start(driver, mode="payment", price=price)

    checkout.submit(driver.sandbox, session.id, card=card(), email="a@example.org")

    done = driver.sdk().checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.payment_status, done.payment_intent.amount_received) == ("paid", 1500)


@pytest.mark.parametrize(
    ("number", "year", "code"),
    [("4111111111111111", 2040, "incorrect_number"), ("4242424242424242", 2020, "invalid_expiry_year")],
)
def test_card_that_cannot_be_is_declined_in_words(driver: Driver, number: str, year: int, code: str) -> None:
    session = start(driver, customer=driver.customer(None).id)

    outcome = checkout.submit(driver.sandbox, session.id, card=card(number, exp_year=year))

    assert (outcome.status, outcome.error["code"]) == ("declined", code)


def test_unknown_page_is_not_found(driver: Driver) -> None:
    with pytest.raises(PageRefused) as caught:
        checkout.read_session(driver.sandbox, "cs_test_nothing")

    assert caught.value.status == 404


def test_collected_details_must_be_allowed_to_change_the_customer(driver: Driver) -> None:
    customer = driver.customer(None)

    with pytest.raises(stripe.InvalidRequestError, match="customer_update"):
        start(driver, customer=customer.id, tax_id_collection={"enabled": True})
    with pytest.raises(stripe.InvalidRequestError, match="valid address"):
        start(driver, customer=customer.id, automatic_tax={"enabled": True})


def test_entered_details_reach_session_and_customer(driver: Driver) -> None:
    customer = driver.customer(None)
    session = start(
        driver,
        customer=customer.id,
        automatic_tax={"enabled": True},
        tax_id_collection={"enabled": True},
        customer_update={"name": "auto", "address": "auto"},
    )
    address = {"country": "DE", "postal_code": "10115", "city": "Berlin", "line1": "Invalidenstr. 1"}

    checkout.submit(driver.sandbox, session.id, card=card(), tax_id="DE123456789", address=address)

    done = driver.sdk().checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert done.customer.address.city == done.customer_details.address.city == "Berlin"
    assert done.customer_details.tax_ids[0].value == "DE123456789"
    assert done.automatic_tax.status == "complete"
