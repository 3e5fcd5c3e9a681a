"""Checkout sessions beyond one recurring price: one-off lines, invoices, numbers to choose, what a page collects."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, checkout
from tests.stripe_sandbox.driver import Driver, card
from tests.stripe_sandbox.test_checkout import start

HOME = "http://127.0.0.1:9/back?session={CHECKOUT_SESSION_ID}"


def one_off(driver: Driver, amount: int) -> Any:
    product = driver.sdk().products.create({"name": "Set-up fee"})
    return driver.sdk().prices.create({"product": product.id, "currency": "usd", "unit_amount": amount})


def finished(driver: Driver, session: Any, **entered: Any) -> Any:
    checkout.submit(driver.sandbox, session.id, card=card(), email="bob@example.org", **entered)
    return driver.sdk().checkout.sessions.retrieve(
        session.id, {"expand": ["invoice", "subscription", "payment_intent", "customer", "line_items"]}
    )


def test_one_off_lines_are_billed_on_the_first_invoice_only(driver: Driver) -> None:
    lines = [{"price": driver.price(1000).id, "quantity": 1}, {"price": one_off(driver, 500).id, "quantity": 2}]
    session = start(driver, line_items=lines)

    done = finished(driver, session)

    assert (session.amount_total, done.invoice.amount_paid) == (2000, 2000)
    assert sorted(line.amount for line in done.invoice.lines.data) == [1000, 1000]
    assert [item.price.unit_amount for item in done.subscription["items"].data] == [1000]
    driver.advance("P32D")
    renewal = driver.sdk().invoices.list({"subscription": done.subscription.id}).data[0]
    assert (renewal.billing_reason, renewal.total) == ("subscription_cycle", 1000)


def test_one_off_lines_are_paid_at_the_start_of_a_trial(driver: Driver) -> None:
    lines = [{"price": driver.price(1000).id, "quantity": 1}, {"price": one_off(driver, 500).id, "quantity": 1}]
    session = start(driver, line_items=lines, subscription_data={"trial_period_days": 14})

    done = finished(driver, session)

    assert (done.payment_status, done.subscription.status) == ("paid", "trialing")
    assert (session.amount_total, done.invoice.amount_paid) == (500, 500)


def test_an_order_asks_for_an_invoice_and_gets_a_paid_one(driver: Driver) -> None:
    data = {"description": "Thank you", "footer": "Ltd", "metadata": {"order": "7"}}
    creation = {"enabled": True, "invoice_data": {**data, "custom_fields": [{"name": "PO", "value": "12"}]}}
    session = start(driver, mode="payment", price=one_off(driver, 1500), invoice_creation=creation)

    done = finished(driver, session)

    assert session.invoice_creation.enabled
    assert session.customer_creation == "always"
    invoice = done.invoice
    assert (invoice.status, invoice.amount_paid, invoice.number is not None) == ("paid", 1500, True)
    assert (invoice.description, invoice.footer, invoice.metadata["order"]) == ("Thank you", "Ltd", "7")
    assert invoice.custom_fields[0].value == "12"
    assert done.customer.id == invoice.customer
    payments = driver.sdk().invoice_payments.list({"invoice": invoice.id}).data
    assert [each.payment.payment_intent for each in payments] == [done.payment_intent.id]
    assert len(driver.sdk().charges.list().data) == 1


def test_a_discounted_order_has_a_discounted_invoice(driver: Driver) -> None:
    coupon = driver.sdk().coupons.create({"percent_off": 20, "duration": "once"})
    session = start(
        driver,
        mode="payment",
        price=one_off(driver, 1000),
        invoice_creation={"enabled": True},
        discounts=[{"coupon": coupon.id}],
    )

    done = finished(driver, session)

    assert (done.amount_total, done.invoice.total, done.invoice.amount_paid) == (800, 800, 800)
    assert driver.sdk().coupons.retrieve(coupon.id).times_redeemed == 1


def test_a_price_made_on_the_spot_brings_its_product(driver: Driver) -> None:
    data = {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Gift", "metadata": {"sku": "g"}}}
    session = start(driver, mode="payment", line_items=[{"price_data": data, "quantity": 1}])

    line = finished(driver, session).line_items.data[0]

    product = driver.sdk().products.retrieve(line.price.product)
    assert (line.description, line.amount_total, line.price.active) == ("Gift", 700, False)
    assert (product.name, product.active, product.metadata["sku"]) == ("Gift", False, "g")


def test_an_adjustable_number_changes_the_sum(driver: Driver) -> None:
    lines = [{"price": driver.price(1000).id, "quantity": 2, "adjustable_quantity": {"enabled": True, "maximum": 5}}]
    session = start(driver, line_items=lines, expand=["line_items"])
    line = session.line_items.data[0]

    taken = checkout.change_quantity(driver.sandbox, session.id, line_id=line.id, quantity=3)
    refused = checkout.change_quantity(driver.sandbox, session.id, line_id=line.id, quantity=6)

    done = finished(driver, session)
    assert line.adjustable_quantity.to_dict() == {"enabled": True, "maximum": 5, "minimum": 0}
    assert (taken, refused) == (None, "Choose a number from 0 to 5.")
    assert (done.amount_total, done.subscription["items"].data[0].quantity) == (3000, 3)


def test_a_fixed_number_cannot_be_changed(driver: Driver) -> None:
    session = start(driver, expand=["line_items"])

    with pytest.raises(PageRefused) as caught:
        checkout.change_quantity(driver.sandbox, session.id, line_id=session.line_items.data[0].id, quantity=2)

    assert caught.value.status == 403


def test_answers_consent_and_shipping_are_kept(driver: Driver) -> None:
    fields = [
        {"key": "po", "label": {"type": "custom", "custom": "Order number"}, "type": "numeric"},
        {
            "key": "how",
            "label": {"type": "custom", "custom": "How did you find us?"},
            "type": "dropdown",
            "optional": True,
            "dropdown": {"options": [{"label": "A friend", "value": "friend"}]},
        },
    ]
    address = {"line1": "1 Quay", "city": "Lyon", "postal_code": "69002", "country": "FR"}
    session = start(
        driver,
        custom_fields=fields,
        consent_collection={"terms_of_service": "required", "promotions": "auto"},
        shipping_address_collection={"allowed_countries": ["FR"]},
        custom_text={"submit": {"message": "We ship on Mondays."}},
        submit_type="book",
    )

    done = finished(
        driver,
        session,
        fields={"po": "42", "how": "friend"},
        shipping={"name": "Bob", "address": address},
        takes_promotions=True,
    )

    assert [field.type for field in session.custom_fields] == ["numeric", "dropdown"]
    assert session.custom_fields[0].numeric.value is None
    assert (done.custom_fields[0].numeric.value, done.custom_fields[1].dropdown.value) == ("42", "friend")
    assert done.consent.to_dict() == {"promotions": "opt_in", "terms_of_service": "accepted"}
    assert done.collected_information.shipping_details.name == "Bob"
    assert done.collected_information.shipping_details.address.city == "Lyon"
    assert done.customer.shipping.address.line1 == "1 Quay"
    assert (done.submit_type, done.custom_text.submit.message) == ("book", "We ship on Mondays.")


@pytest.mark.parametrize("mode", ["embedded_page", "elements"])
def test_a_session_within_a_page_of_the_shop_has_a_secret_and_no_address(driver: Driver, mode: str) -> None:
    line = {"price": driver.price(1000).id, "quantity": 1}
    session = driver.sdk().checkout.sessions.create(
        {"mode": "subscription", "line_items": [line], "ui_mode": mode, "return_url": HOME}
    )

    outcome = checkout.submit(driver.sandbox, session.id, card=card(), email="bob@example.org")

    assert session.client_secret.startswith(f"{session.id}_secret_")
    assert (session.url, session.success_url, session.return_url) == (None, None, HOME)
    assert outcome.redirect_url == f"http://127.0.0.1:9/back?session={session.id}"
    assert driver.sdk().checkout.sessions.retrieve(session.id).status == "complete"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"ui_mode": "embedded_page"}, "return_url"),
        ({"ui_mode": "embedded_page", "return_url": HOME, "success_url": HOME}, "success_url"),
        ({"success_url": HOME, "return_url": HOME}, "return_url"),
        ({"success_url": HOME, "invoice_creation": {"enabled": True}}, "invoice_creation"),
        ({"success_url": HOME, "shipping_options": [{"shipping_rate": "shr_1"}]}, "shipping_options"),
        ({"success_url": HOME, "name_collection": {"business": {"enabled": True}}}, "name_collection"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(driver: Driver, more: dict, param: str) -> None:
    line = {"price": driver.price(1000).id, "quantity": 1}

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().checkout.sessions.create({"mode": "subscription", "line_items": [line], **more})

    assert caught.value.param == param


def test_an_expired_order_can_be_taken_up_again(driver: Driver) -> None:
    session = start(driver, after_expiration={"recovery": {"enabled": True, "allow_promotion_codes": True}})
    expired = driver.sdk().checkout.sessions.expire(session.id)

    url = checkout.recover(driver.sandbox, session.id)

    again = driver.sdk().checkout.sessions.retrieve(url.rpartition("/")[2])
    recovery = expired.after_expiration.recovery
    assert session.after_expiration.recovery.url is None
    assert recovery.url == f"{driver.url}/c/recover/{session.id}"
    assert recovery.expires_at - expired.created in range(30 * 86400, 30 * 86400 + 60)
    assert (again.status, again.recovered_from, again.amount_total) == ("open", session.id, 1000)
    assert again.allow_promotion_codes
    assert finished(driver, again).subscription.status == "active"


def test_an_order_without_recovery_stays_expired(driver: Driver) -> None:
    session = start(driver)
    driver.sdk().checkout.sessions.expire(session.id)

    with pytest.raises(PageRefused) as caught:
        checkout.recover(driver.sandbox, session.id)

    assert caught.value.status == 410


def test_an_open_session_takes_shipping_details(driver: Driver) -> None:
    session = start(driver, shipping_address_collection={"allowed_countries": ["FR"]})
    details = {"name": "Bob", "address": {"country": "FR", "line1": "1 Quay"}}

    changed = driver.sdk().checkout.sessions.update(
        session.id, {"collected_information": {"shipping_details": details}, "metadata": {"a": "b"}}
    )

    assert changed.collected_information.shipping_details.address.line1 == "1 Quay"
    assert changed.metadata["a"] == "b"


def test_the_number_may_not_lie_outside_its_own_bounds(driver: Driver) -> None:
    bounds = {"enabled": True, "minimum": 3}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        start(driver, line_items=[{"price": driver.price().id, "quantity": 2, "adjustable_quantity": bounds}])

    assert caught.value.param == "line_items[0][adjustable_quantity]"
