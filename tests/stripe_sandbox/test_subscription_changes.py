"""Changing, cancelling and listing subscriptions; voiding and previewing invoices."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_planned_end_reads_as_recorded(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    planned = driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    assert (planned.status, planned.cancel_at_period_end) == ("active", True)
    assert planned.cancel_at == planned["items"].data[0].current_period_end
    assert abs(planned.canceled_at - planned.created) < 60
    assert planned.cancellation_details.reason == "cancellation_requested"
    assert planned.latest_invoice == subscription.latest_invoice


def test_planned_end_can_be_taken_back(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    kept = driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": False})

    assert (kept.cancel_at, kept.canceled_at, kept.cancel_at_period_end) == (None, None, False)
    assert kept.cancellation_details.reason is None
    driver.advance("P32D")
    assert driver.sdk().subscriptions.retrieve(subscription.id).status == "active"


def test_cancel_after_a_planned_end_reads_as_recorded(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    planned = driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    driver.advance("P2D")

    reply = driver.call("DELETE", f"/v1/subscriptions/{subscription.id}", Idempotency_Key="k")

    ended = reply.body
    assert (ended["status"], ended["cancel_at"], ended["cancel_at_period_end"]) == ("canceled", None, False)
    assert ended["canceled_at"] == planned.canceled_at
    assert ended["ended_at"] >= planned.canceled_at + 2 * 86400
    assert ended["cancellation_details"]["reason"] == "cancellation_requested"
    end = ended["items"]["data"][0]["current_period_end"]
    assert end == subscription["items"].data[0].current_period_end
    assert "idempotency-key" in reply.headers
    assert "original-request" not in reply.headers


def test_cancelled_subscription_takes_only_notes(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.sdk().subscriptions.cancel(subscription.id)

    noted = driver.sdk().subscriptions.update(subscription.id, {"metadata": {"a": "1"}})

    assert noted.metadata.to_dict() == {"a": "1"}
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscriptions.cancel(subscription.id)


def test_card_of_the_subscription_is_set_and_unset(driver: Driver) -> None:
    customer = driver.customer()
    subscription = driver.subscribe(customer, driver.price())
    method = driver.sdk().payment_methods.attach("pm_card_discover", {"customer": customer.id})

    named = driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": method.id})
    unset = driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": ""})

    assert (named.default_payment_method, unset.default_payment_method) == (method.id, None)
    assert named.latest_invoice == unset.latest_invoice == subscription.latest_invoice


def test_card_of_another_customer_is_refused(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    foreign = driver.customer().invoice_settings.default_payment_method

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": foreign})

    assert caught.value.param == "default_payment_method"


def test_subscriptions_own_card_pays_before_the_customers(driver: Driver) -> None:
    customer = driver.customer()
    method = driver.sdk().payment_methods.attach("pm_card_discover", {"customer": customer.id})

    driver.subscribe(customer, driver.price(), default_payment_method=method.id)

    [charge] = driver.sdk().charges.list().data
    assert charge.payment_method == method.id


def test_repeated_change_makes_no_event(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    for _ in range(2):
        driver.sdk().subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    updates = driver.events("customer.subscription.updated")

    assert [sorted(event.data.previous_attributes.to_dict()) for event in updates] == [
        ["status"],
        ["cancel_at", "cancel_at_period_end", "canceled_at", "cancellation_details"],
    ]


def test_list_hides_cancelled_ones_unless_asked(driver: Driver) -> None:
    customer, price = driver.customer(), driver.price()
    ended = driver.subscribe(customer, price)
    live = driver.subscribe(customer, price)
    driver.sdk().subscriptions.cancel(ended.id)

    def listed(**params: str) -> list[str]:
        found = driver.sdk().subscriptions.list({"customer": customer.id, **params})
        return [subscription.id for subscription in found.data]

    assert listed() == [live.id]
    assert listed(status="all") == [live.id, ended.id]
    assert listed(status="canceled") == [ended.id]
    assert listed(price=price.id) == [live.id]


def test_items_are_objects_of_their_own(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    [item] = subscription["items"].data

    found = driver.sdk().subscription_items.retrieve(item.id)
    listed = driver.sdk().subscription_items.list({"subscription": subscription.id})

    assert found.price.id == item.price.id
    assert [one.id for one in listed.data] == [item.id]


def test_declined_payment_of_an_invoice_is_kept_and_counted_once(driver: Driver) -> None:
    customer = driver.customer("pm_card_chargeCustomerFail")
    subscription = driver.subscribe(customer, driver.price())

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            driver.sdk().invoices.pay(subscription.latest_invoice)

    invoice = driver.sdk().invoices.retrieve(subscription.latest_invoice)
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert len(driver.sdk().charges.list().data) == 3


def test_paid_invoice_cannot_be_paid_or_voided(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        driver.sdk().invoices.pay(subscription.latest_invoice)
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoices.void_invoice(subscription.latest_invoice)


def test_voided_invoice_ends_its_payment(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer("pm_card_chargeCustomerFail"), driver.price())

    voided = driver.sdk().invoices.void_invoice(subscription.latest_invoice, {"expand": ["payments"]})

    intent_id = voided.payments.data[0].payment.payment_intent
    intent = driver.sdk().payment_intents.retrieve(intent_id)
    assert (voided.status, voided.amount_due) == ("void", 2500)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "void_invoice")


def test_invoice_paid_elsewhere_needs_no_charge(driver: Driver) -> None:
    subscription = driver.subscribe(
        driver.customer(None), driver.price(), collection_method="send_invoice", days_until_due=7
    )

    paid = driver.sdk().invoices.pay(subscription.latest_invoice, {"paid_out_of_band": True})

    assert (paid.status, paid.amount_paid) == ("paid", 2500)
    assert driver.sdk().charges.list().data == []


def test_customers_credit_pays_first(driver: Driver) -> None:
    customer = driver.customer()
    driver.sdk().customers.update(customer.id, {"balance": -1000})

    subscription = driver.subscribe(customer, driver.price(), expand=["latest_invoice"])

    invoice = subscription.latest_invoice
    assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (2500, 1500, 1500)
    assert (invoice.starting_balance, invoice.ending_balance) == (-1000, 0)


def test_preview_shows_the_next_renewal(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    preview = driver.sdk().invoices.create_preview({"subscription": subscription.id})

    end = subscription["items"].data[0].current_period_end
    assert preview.amount_due == 2500
    assert preview.lines.data[0].period.start == end
    assert driver.sdk().invoices.list().data[0].id == subscription.latest_invoice


def test_automatic_collection_of_a_draft_can_be_stopped(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    driver.set_clock(subscription["items"].data[0].current_period_end + 60)
    [draft] = driver.sdk().invoices.list({"limit": 1}).data

    driver.sdk().invoices.update(draft.id, {"auto_advance": False})
    driver.advance("P2D")

    assert driver.sdk().invoices.retrieve(draft.id).status == "draft"


def test_trial_can_be_ended_at_once(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), trial_period_days=14)

    ended = driver.sdk().subscriptions.update(subscription.id, {"trial_end": "now", "expand": ["latest_invoice"]})

    assert (ended.status, ended.latest_invoice.status, ended.latest_invoice.total) == ("active", "paid", 2500)
