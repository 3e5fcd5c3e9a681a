"""Moving to another plan in the customer portal, driven by plain form posts."""

import pytest

from tests.stripe_sandbox_pages.shop import ALL_FEATURES


@pytest.fixture
def subscription(shop):
    return shop.subscriber()


@pytest.fixture
def large(shop):
    product = shop.call("POST", "products", name="Scale", unit_label="seat")
    recurring = {"interval": "month"}
    return shop.call("POST", "prices", product=product["id"], currency="eur", unit_amount=4900, recurring=recurring)


def features(subscription, large, **settings):
    small = subscription["items"]["data"][0]["price"]
    bounds = {"enabled": True, "minimum": 1, "maximum": 10}
    products = [
        {"product": small["product"], "prices": [small["id"]], "adjustable_quantity": bounds},
        {"product": large["product"], "prices": [large["id"]], "adjustable_quantity": bounds},
    ]
    update = {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity", "promotion_code"],
        "products": products,
        "proration_behavior": "always_invoice",
        **settings,
    }
    return ALL_FEATURES | {"subscription_update": update}


@pytest.fixture
def portal(shop, subscription, large):
    return shop.portal(subscription["customer"], features=features(subscription, large))


def asked(visitor, portal, **order):
    """The page that asks before the move, with the address that it was read at."""
    [change] = visitor.open(portal).addresses("change")
    query = "&".join(f"{key}={value}" for key, value in order.items())
    address = f"{change}/confirm?{query}"
    return address, visitor.open(address)


def confirm(visitor, address, page):
    fields = {
        name: page.html.split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("price", "quantity", "promotion_code", "proration_at")
    }
    return visitor.post(address.partition("?")[0], {"page_token": page.token, **fields})


def test_the_choice_lists_the_plans_with_the_present_one_chosen(visitor, portal, subscription):
    [change] = visitor.open(portal).addresses("change")

    page = visitor.open(change)

    assert "Growth Your plan €16.00 each month" in page.text
    assert "Scale €49.00 each month" in page.text
    assert "Number of seats" in page.text
    small = subscription["items"]["data"][0]["price"]["id"]
    assert f'value="{small}" checked' in page.html


def test_the_amounts_are_shown_before_anything_changes(shop, visitor, portal, subscription, large):
    _, page = asked(visitor, portal, price=large["id"], quantity=2)

    assert "Change to Scale, 2 seats?" in page.text
    assert "Due today €82.00" in page.text
    assert "Charged to Visa 4242. The next invoice is €98.00 on" in page.text
    unchanged = shop.call("GET", f"subscriptions/{subscription['id']}")
    assert unchanged["items"]["data"][0]["price"]["id"] != large["id"]


def test_the_click_pays_what_was_shown_and_says_so(shop, visitor, portal, subscription, large):
    address, page = asked(visitor, portal, price=large["id"], quantity=2)

    answer = confirm(visitor, address, page)

    after = visitor.open(answer.location)
    changed = shop.call("GET", f"subscriptions/{subscription['id']}")
    invoice = shop.call("GET", f"invoices/{changed['latest_invoice']}")
    assert answer.status == 303
    assert "Your plan is changed." in after.text
    assert "Scale Active" in after.text
    assert (invoice["amount_paid"], invoice["status"]) == (8200, "paid")


def test_a_second_click_is_refused_and_pays_nothing(shop, visitor, portal, subscription, large):
    address, page = asked(visitor, portal, price=large["id"], quantity=2)
    confirm(visitor, address, page)
    charges = len(shop.call("GET", "charges")["data"])

    again = confirm(visitor, address, page)

    assert again.status == 409
    assert len(shop.call("GET", "charges")["data"]) == charges


def test_a_declined_card_says_why_and_offers_another(shop, visitor, subscription, large):
    method = shop.call("POST", "payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])
    shop.call("POST", f"subscriptions/{subscription['id']}", default_payment_method=method["id"])
    portal = shop.portal(subscription["customer"], features=features(subscription, large))
    address, page = asked(visitor, portal, price=large["id"], quantity=1)

    answer = confirm(visitor, address, page)

    assert answer.status == 402
    assert "You have not been charged." in answer.text
    assert len(answer.addresses("new")) == 1
    unchanged = shop.call("GET", f"subscriptions/{subscription['id']}")
    assert unchanged["items"]["data"][0]["price"]["id"] != large["id"]


@pytest.mark.parametrize(("outcome", "words"), [("complete", "Your plan is changed."), ("fail", "as before")])
def test_the_banks_question_leads_back_with_the_result(shop, visitor, subscription, large, outcome, words):
    method = shop.call(
        "POST", "payment_methods/pm_card_authenticationRequired/attach", customer=subscription["customer"]
    )
    shop.call("POST", f"subscriptions/{subscription['id']}", default_payment_method=method["id"])
    portal = shop.portal(subscription["customer"], features=features(subscription, large))
    address, page = asked(visitor, portal, price=large["id"], quantity=1)

    question = confirm(visitor, address, page).location
    answer = visitor.submit(question, outcome=outcome)

    assert question.startswith("/3ds/pi_")
    assert words in visitor.open(answer.location).text


def test_a_change_that_waits_is_announced(visitor, shop, subscription, large):
    settings = {"schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]}}
    shop.call(
        "POST",
        f"subscriptions/{subscription['id']}",
        items=[{"id": subscription["items"]["data"][0]["id"], "price": large["id"]}],
        proration_behavior="none",
    )
    portal = shop.portal(subscription["customer"], features=features(subscription, large, **settings))
    small = subscription["items"]["data"][0]["price"]["id"]
    address, page = asked(visitor, portal, price=small, quantity=1)

    answer = confirm(visitor, address, page)

    after = visitor.open(answer.location)
    assert "Nothing is charged today." in page.text
    assert "The change is noted." in after.text
    assert "Changes to Growth on" in after.text
    assert after.addresses("change") == []


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"price": "price_unknown"}, "Choose a plan."),
        ({"quantity": "many"}, "Enter a whole number."),
        ({"quantity": "11"}, "at most 10"),
        ({"promotion_code": "NEVER"}, "This code is not valid."),
    ],
)
def test_a_wrong_choice_comes_back_with_its_reason(visitor, portal, large, order, words):
    _, page = asked(visitor, portal, **{"price": large["id"], "quantity": 2, **order})

    assert page.status == 422
    assert words in page.text


def test_an_errand_to_confirm_ends_in_the_shops_own_words(shop, visitor, subscription, large):
    item = subscription["items"]["data"][0]["id"]
    flow = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {
            "subscription": subscription["id"],
            "items": [{"id": item, "price": large["id"], "quantity": 3}],
        },
        "after_completion": {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Grow well"}},
    }
    url = shop.portal(subscription["customer"], features=features(subscription, large), flow_data=flow)

    address = visitor.open(url).location
    question = visitor.open(address)
    after = visitor.open(confirm(visitor, address, question).location)

    assert "Change to Scale, 3 seats?" in question.text
    assert "Your plan is changed Grow well" in after.text
    assert f"{shop.home}/billing" in after.html


def test_an_errand_to_choose_opens_the_choice(shop, visitor, subscription, large):
    flow = {"type": "subscription_update", "subscription_update": {"subscription": subscription["id"]}}
    url = shop.portal(subscription["customer"], features=features(subscription, large), flow_data=flow)

    page = visitor.open(visitor.open(url).location)

    assert "Change your plan" in page.text
    assert f"{shop.home}/billing" in page.html
