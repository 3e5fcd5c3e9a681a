"""Portal configurations that let customers change plans, the flows that lead there, and the change itself."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import PageRefused, authentication, portal, portal_switch
from stripe_sandbox.hosted.portal_switch import Choice
from tests.stripe_sandbox.driver import Driver

HOME = "http://127.0.0.1:9/billing"


def plans(driver: Driver) -> dict[str, Any]:
    """Two products: Small monthly and yearly, Large monthly."""
    small, large = (driver.sdk().products.create({"name": name, "unit_label": "seat"}) for name in ("Small", "Large"))

    def price(product: Any, amount: int, interval: str) -> Any:
        values = {"product": product.id, "currency": "usd", "unit_amount": amount}
        return driver.sdk().prices.create({**values, "recurring": {"interval": interval}})

    return {
        "small": price(small, 1000, "month"),
        "small_year": price(small, 10000, "year"),
        "large": price(large, 3000, "month"),
    }


def configure(driver: Driver, offered: dict[str, Any], **settings: Any) -> Any:
    bounds = {"enabled": True, "minimum": 1, "maximum": 5}
    products = [
        {
            "product": offered["small"].product,
            "prices": [offered["small"].id, offered["small_year"].id],
            "adjustable_quantity": bounds,
        },
        {"product": offered["large"].product, "prices": [offered["large"].id], "adjustable_quantity": bounds},
    ]
    update = {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity", "promotion_code"],
        "products": products,
        "proration_behavior": "always_invoice",
        **settings,
    }
    return driver.sdk().billing_portal.configurations.create({"features": {"subscription_update": update}})


def visit(driver: Driver, configuration: Any, customer: Any, **flow: Any) -> Any:
    params = {"customer": customer.id, "configuration": configuration.id, "return_url": HOME}
    return driver.sdk().billing_portal.sessions.create({**params, **({"flow_data": flow} if flow else {})})


def test_products_are_shown_only_when_they_are_asked_for(driver: Driver) -> None:
    made = configure(driver, plans(driver))

    plain = driver.sdk().billing_portal.configurations.retrieve(made.id)
    full = driver.sdk().billing_portal.configurations.retrieve(
        made.id, {"expand": ["features.subscription_update.products"]}
    )

    assert "products" not in plain.features.subscription_update.to_dict()
    assert plain.features.subscription_update.proration_behavior == "always_invoice"
    products = full.features.subscription_update.products
    assert [len(each.prices) for each in products] == [2, 1]
    assert products[0].adjustable_quantity.to_dict() == {"enabled": True, "maximum": 5, "minimum": 1}


def test_switching_needs_products_and_what_may_change(driver: Driver) -> None:
    for given in ({"enabled": True}, {"enabled": True, "default_allowed_updates": ["price"]}):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            driver.sdk().billing_portal.configurations.create({"features": {"subscription_update": given}})
        assert caught.value.code == "parameter_missing"


@pytest.mark.parametrize("wrong", ["foreign", "twice", "one_off"])
def test_prices_must_be_the_products_own_one_for_each_interval(driver: Driver, wrong: str) -> None:
    offered = plans(driver)
    values = {"product": offered["small"].product, "currency": "usd", "unit_amount": 5}
    prices = {
        "foreign": [offered["large"].id],
        "twice": [offered["small"].id, driver.sdk().prices.create({**values, "recurring": {"interval": "month"}}).id],
        "one_off": [driver.sdk().prices.create(values).id],
    }[wrong]
    update = {"enabled": True, "default_allowed_updates": ["price"]}
    update["products"] = [{"product": offered["small"].product, "prices": prices}]

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().billing_portal.configurations.create({"features": {"subscription_update": update}})

    assert caught.value.param.startswith("features[subscription_update][products][0][prices]")


def test_a_move_bills_what_the_preview_showed(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    session = visit(driver, configure(driver, offered), customer)
    driver.advance("P10D")
    choice = Choice(offered["large"].id, quantity=2)

    shown = portal_switch.preview(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)
    driver.advance("PT20M")
    choice = Choice(offered["large"].id, quantity=2, proration_at=shown.proration_at)
    outcome = portal_switch.confirm(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)

    after = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert outcome.status == "complete"
    item = after["items"].data[0]
    assert (item.price.id, item.quantity) == (offered["large"].id, 2)
    assert after.latest_invoice.status == "paid"
    assert after.latest_invoice.total == shown.invoice["total"] > 0
    assert shown.next_invoice["total"] == 6000


def test_a_preview_changes_nothing(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    session = visit(driver, configure(driver, offered), customer)
    events = driver.event_types()

    portal_switch.preview(
        driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["large"].id)
    )

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert after["items"].data[0].price.id == offered["small"].id
    assert driver.event_types() == events


def test_a_cheaper_plan_waits_for_the_end_of_the_period(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["large"])
    condition = {"conditions": [{"type": "decreasing_item_amount"}]}
    session = visit(driver, configure(driver, offered, schedule_at_period_end=condition), customer)
    end = subscription["items"].data[0].current_period_end

    shown = portal_switch.preview(
        driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["small"].id)
    )
    portal_switch.confirm(
        driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["small"].id)
    )

    at_once = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (shown.starts_at, shown.invoice, shown.next_invoice["total"]) == (end, None, 1000)
    assert at_once["items"].data[0].price.id == offered["large"].id
    assert at_once.schedule is not None
    driver.advance("P32D")
    later = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert later["items"].data[0].price.id == offered["small"].id
    assert later.latest_invoice.total == 1000
    driver.advance("P31D")
    assert driver.sdk().subscriptions.retrieve(subscription.id).schedule is None


def test_a_shorter_interval_waits_only_where_the_configuration_says_so(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small_year"])
    condition = {"conditions": [{"type": "shortening_interval"}]}
    waits = visit(driver, configure(driver, offered, schedule_at_period_end=condition), customer)
    at_once = visit(driver, configure(driver, offered), customer)
    choice = Choice(offered["small"].id)

    later, now = (
        portal_switch.preview(driver.sandbox, each.id, subscription_id=subscription.id, choice=choice)
        for each in (waits, at_once)
    )

    assert later.starts_at == subscription["items"].data[0].current_period_end
    assert now.starts_at is None


def test_a_declined_payment_leaves_the_plan_as_it_was(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    session = visit(driver, configure(driver, offered), customer)
    driver.control("POST", "decline-next", {"customer": customer.id, "code": "insufficient_funds"})

    outcome = portal_switch.confirm(
        driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["large"].id)
    )

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (outcome.status, outcome.error["decline_code"]) == ("declined", "insufficient_funds")
    assert (after.status, after.pending_update) == ("active", None)
    assert after["items"].data[0].price.id == offered["small"].id
    assert after.latest_invoice == subscription.latest_invoice


def test_a_payment_that_the_bank_asks_about_moves_the_plan_once_it_is_answered(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    session = visit(driver, configure(driver, offered), customer)
    method = driver.sdk().payment_methods.attach("pm_card_authenticationRequired", {"customer": customer.id})
    driver.sdk().subscriptions.update(subscription.id, {"default_payment_method": method.id})

    outcome = portal_switch.confirm(
        driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["large"].id)
    )
    before = driver.sdk().subscriptions.retrieve(subscription.id)
    url = authentication.answer(driver.sandbox, outcome.intent_id, is_authenticated=True)

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert outcome.status == "requires_action"
    assert before["items"].data[0].price.id == offered["small"].id
    assert after["items"].data[0].price.id == offered["large"].id
    assert url == f"{driver.url}/p/session/{session.id}"


@pytest.mark.parametrize(("behavior", "status"), [("end_trial", "active"), ("continue_trial", "trialing")])
def test_a_trial_ends_or_goes_on_as_configured(driver: Driver, behavior: str, status: str) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"], trial_period_days=14)
    session = visit(driver, configure(driver, offered, trial_update_behavior=behavior), customer)
    choice = Choice(offered["large"].id)

    shown = portal_switch.preview(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)
    portal_switch.confirm(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)

    after = driver.sdk().subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert after.status == status
    assert after["items"].data[0].price.id == offered["large"].id
    assert (
        (shown.invoice or {"total": 0})["total"] == after.latest_invoice.total == (3000 if status == "active" else 0)
    )


def test_a_code_lowers_the_move_where_codes_are_taken(driver: Driver) -> None:
    offered = plans(driver)
    coupon = driver.sdk().coupons.create({"percent_off": 50, "duration": "forever"})
    driver.sdk().promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"})
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    takes = visit(driver, configure(driver, offered), customer)
    refuses = visit(driver, configure(driver, offered, default_allowed_updates=["price"]), customer)
    choice = Choice(offered["large"].id, code="half")

    shown = portal_switch.preview(driver.sandbox, takes.id, subscription_id=subscription.id, choice=choice)
    with pytest.raises(PageRefused) as caught:
        portal_switch.preview(driver.sandbox, refuses.id, subscription_id=subscription.id, choice=choice)

    assert shown.next_invoice["total"] == 1500
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("choice", "status"),
    [({"quantity": 6}, 409), ({"quantity": 0}, 409), ({"price": "foreign"}, 403), ({"price": "small"}, 409)],
)
def test_what_is_not_offered_is_refused(driver: Driver, choice: dict, status: int) -> None:
    offered = {**plans(driver), "foreign": driver.price(1)}
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    session = visit(driver, configure(driver, offered), customer)
    wanted = Choice(offered[choice.get("price", "large")].id, quantity=choice.get("quantity"))

    with pytest.raises(PageRefused) as caught:
        portal_switch.confirm(driver.sandbox, session.id, subscription_id=subscription.id, choice=wanted)

    assert caught.value.status == status


def test_a_flow_names_the_order_to_confirm(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    item = subscription["items"].data[0].id
    order = {"subscription": subscription.id, "items": [{"id": item, "price": offered["large"].id, "quantity": 9}]}

    session = visit(
        driver,
        configure(driver, offered),
        customer,
        type="subscription_update_confirm",
        subscription_update_confirm=order,
        after_completion={"type": "redirect", "redirect": {"return_url": HOME}},
    )
    choice = Choice(offered["large"].id, quantity=9)
    portal_switch.confirm(driver.sandbox, session.id, subscription_id=subscription.id, choice=choice)

    assert session.flow.subscription_update_confirm.to_dict() == {**order, "discounts": None}
    assert driver.sdk().subscriptions.retrieve(subscription.id)["items"].data[0].quantity == 9


def test_a_flow_for_what_the_configuration_does_not_offer_is_refused(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    off = driver.sdk().billing_portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})
    order = {"subscription": subscription.id}
    item = {"id": subscription["items"].data[0].id, "price": driver.price(1).id}

    with pytest.raises(stripe.InvalidRequestError) as disabled:
        visit(driver, off, customer, type="subscription_update", subscription_update=order)
    with pytest.raises(stripe.InvalidRequestError) as foreign:
        visit(
            driver,
            configure(driver, offered),
            customer,
            type="subscription_update_confirm",
            subscription_update_confirm={**order, "items": [item]},
        )

    assert disabled.value.param == "flow_data[type]"
    assert foreign.value.param == "flow_data[subscription_update_confirm][items][0][price]"


def test_a_scheduled_subscription_is_not_changed_here(driver: Driver) -> None:
    offered = plans(driver)
    customer = driver.customer()
    subscription = driver.subscribe(customer, offered["small"])
    driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})
    session = visit(driver, configure(driver, offered), customer)

    with pytest.raises(PageRefused) as caught:
        portal_switch.confirm(
            driver.sandbox, session.id, subscription_id=subscription.id, choice=Choice(offered["large"].id)
        )

    assert caught.value.status == 409
    assert portal.read_session(driver.sandbox, session.id).subscriptions[0]["obstacle"] == "a schedule manages it."
