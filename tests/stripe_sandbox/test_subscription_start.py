"""How subscriptions begin, against recorded exchanges and the table of states."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

EXPANDED = ["latest_invoice.confirmation_secret", "latest_invoice.payments"]
DAY_SECONDS = 86400


def test_first_month_is_paid_within_the_call(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), expand=EXPANDED)

    invoice = subscription.latest_invoice
    assert subscription.status == "active"
    assert (invoice.status, invoice.billing_reason, invoice.total) == ("paid", "subscription_create", 2500)
    assert (invoice.attempt_count, invoice.attempted, invoice.auto_advance) == (1, True, False)
    assert invoice.next_payment_attempt is None
    assert invoice.number.endswith("-0001")
    assert invoice.period_start == invoice.period_end == invoice.created


def test_period_stands_on_the_item_only(driver: Driver) -> None:
    driver.set_clock(1_893_456_000)  # 1 January 2030 00:00:00 UTC

    subscription = driver.subscribe(driver.customer(), driver.price()).to_dict()

    [item] = subscription["items"]["data"]
    assert not {"current_period_end", "current_period_start"} & set(subscription)
    assert item["current_period_end"] - item["current_period_start"] == 31 * DAY_SECONDS
    assert subscription["items"]["total_count"] == 1
    assert subscription["plan"]["amount"] == 2500
    assert subscription["quantity"] == 1
    assert subscription["billing_mode"]["type"] == "flexible"


def test_line_reads_as_recorded(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), expand=EXPANDED)

    [line] = subscription.latest_invoice.lines.data
    assert line.description == "1 user × Test Subscription (at $25.00 / month)"
    assert line.parent.type == "subscription_item_details"
    assert not line.parent.subscription_item_details.proration
    assert str(line.pricing.unit_amount_decimal) == "2500"
    assert line.discountable


def test_payment_of_the_first_invoice_reads_as_recorded(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), expand=EXPANDED)

    invoice = subscription.latest_invoice.to_dict()
    [payment] = invoice["payments"]["data"]
    intent = driver.call("GET", f"/v1/payment_intents/{payment['payment']['payment_intent']}").body
    assert invoice["payments"]["url"] == "/v1/invoices/payments"
    assert "total_count" not in invoice["payments"]
    assert payment["amount_paid"] == payment["amount_requested"] == 2500
    assert (payment["is_default"], payment["status"]) == (True, "paid")
    assert (intent["status"], intent["description"]) == ("succeeded", "Subscription creation")
    assert (intent["setup_future_usage"], intent["capture_method"]) == ("off_session", "automatic")
    assert intent["automatic_payment_methods"] is None
    assert intent["payment_details"]["order_reference"] == invoice["id"][:25]
    assert intent["client_secret"] == invoice["confirmation_secret"]["client_secret"]


@pytest.mark.parametrize(
    ("amount", "quantity", "total", "fee"),
    [(2500, 1, 2500, 103), (2500, 10, 25000, 755), (1900, 1, 1900, 85), (1000, 1, 1000, 59)],
)
def test_fee_and_net_are_as_recorded(driver: Driver, amount: int, quantity: int, total: int, fee: int) -> None:
    driver.set_clock(1_893_490_000)  # 1 January 2030 09:26:40 UTC
    items = [{"price": driver.price(amount).id, "quantity": quantity}]

    driver.sdk().subscriptions.create({"customer": driver.customer().id, "items": items})

    [charge] = driver.sdk().charges.list({"expand": ["data.balance_transaction"]}).data
    entry = charge.balance_transaction
    assert (charge.amount, entry.fee, entry.net) == (total, fee, total - fee)
    assert entry.fee_details[0].type == "stripe_fee"
    assert (entry.status, entry.type) == ("pending", "charge")
    assert entry.available_on == 1_893_456_000 + 7 * DAY_SECONDS
    assert (charge.outcome.network_status, charge.outcome.type) == ("approved_by_network", "authorized")


def test_customer_without_card_is_refused_and_nothing_is_made(driver: Driver) -> None:
    customer, price = driver.customer(None), driver.price()
    params = {"customer": customer.id, "items[0][price]": price.id}

    reply = driver.call("POST", "/v1/subscriptions", params)

    error = reply.body["error"]
    assert (reply.status, error["code"]) == (400, "resource_missing")
    assert "param" not in error
    assert error["message"].startswith("This customer has no attached payment source or default payment method.")
    assert reply.headers["stripe-should-retry"] == "false"
    assert driver.sdk().invoices.list().data == []


def test_declined_first_payment_leaves_it_incomplete(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer("pm_card_chargeCustomerFail"), driver.price(), expand=EXPANDED)

    assert subscription.status == "incomplete"
    assert subscription.latest_invoice.status == "open"
    assert driver.event_types("customer.subscription.created") == [
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "invoice.updated",
    ]


def test_events_of_a_good_start_come_in_order(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price())

    assert driver.event_types("customer.subscription.created") == [
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "customer.subscription.updated",
    ]
    [created] = driver.events("customer.subscription.created")
    assert created.data.object["status"] == "incomplete"
    [updated] = driver.events("customer.subscription.updated")
    assert updated.data.previous_attributes.to_dict() == {"status": "incomplete"}


def test_card_that_needs_its_owner_leaves_it_incomplete(driver: Driver) -> None:
    customer = driver.customer("pm_card_authenticationRequired")

    subscription = driver.subscribe(customer, driver.price(), expand=EXPANDED)

    intent_id = subscription.latest_invoice.payments.data[0].payment.payment_intent
    assert subscription.status == "incomplete"
    assert driver.sdk().payment_intents.retrieve(intent_id).status == "requires_action"


def test_default_incomplete_waits_for_the_browser(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), payment_behavior="default_incomplete", expand=EXPANDED
    )
    intent_id = subscription.latest_invoice.payments.data[0].payment.payment_intent

    driver.sdk().payment_intents.confirm(intent_id, {"payment_method": "pm_card_visa"})

    assert subscription.status == "incomplete"
    assert subscription.latest_invoice.confirmation_secret.client_secret.startswith(intent_id)
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"
    assert driver.sdk().invoices.retrieve(subscription.latest_invoice.id).status == "paid"


def test_error_if_incomplete_keeps_nothing(driver: Driver) -> None:
    customer = driver.customer("pm_card_chargeCustomerFail")

    with pytest.raises(stripe.CardError):
        driver.subscribe(customer, driver.price(), payment_behavior="error_if_incomplete")

    assert driver.sdk().subscriptions.list({"status": "all"}).data == []
    assert driver.sdk().charges.list().data == []
    assert "customer.subscription.created" not in driver.event_types()


def test_trial_needs_no_card_and_costs_nothing(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), trial_period_days=14, expand=["latest_invoice"]
    )

    invoice = subscription.latest_invoice
    assert subscription.status == "trialing"
    assert subscription.trial_end - subscription.trial_start == 14 * DAY_SECONDS
    assert (invoice.total, invoice.status, invoice.attempt_count) == (0, "paid", 0)
    assert driver.event_types("customer.subscription.created") == [
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_mailed_invoice_leaves_the_subscription_active(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None),
        driver.price(),
        collection_method="send_invoice",
        days_until_due=30,
        expand=["latest_invoice"],
    )

    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.status) == ("active", "open")
    assert invoice.due_date - invoice.created == 30 * DAY_SECONDS


def test_free_price_needs_no_card(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(None), driver.price(0), expand=["latest_invoice"])

    assert (subscription.status, subscription.latest_invoice.status) == ("active", "paid")


def test_second_currency_is_refused_for_the_same_customer(driver: Driver) -> None:
    customer = driver.customer()
    price = driver.price(currency_options={"eur": {"unit_amount": 2300}})
    first = driver.subscribe(customer, price, currency="eur", expand=["latest_invoice"])

    with pytest.raises(stripe.InvalidRequestError, match="cannot combine currencies"):
        driver.subscribe(customer, price)

    assert (first.currency, first.latest_invoice.total) == ("eur", 2300)
    assert driver.sdk().customers.retrieve(customer.id).currency == "eur"


def test_manual_invoice_of_nothing_is_paid_without_an_attempt(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())

    draft = driver.sdk().invoices.create({"customer": customer.id, "subscription": subscription.id})
    paid = driver.sdk().invoices.pay(draft.id)

    assert (draft.status, draft.total, draft.billing_reason, draft.attempted) == ("draft", 0, "manual", False)
    assert (draft.number, draft.hosted_invoice_url, draft.effective_at) == (None, None, None)
    assert draft.ending_balance is None
    assert (paid.status, paid.attempt_count, paid.attempted) == ("paid", 0, True)
    assert paid.number.endswith("-0002")
