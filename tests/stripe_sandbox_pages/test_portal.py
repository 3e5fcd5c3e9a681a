"""The customer portal, driven by plain form posts."""

import pytest

from tests.stripe_sandbox_pages.shop import ALL_FEATURES


@pytest.fixture
def subscription(shop):
    return shop.subscriber()


@pytest.fixture
def portal(shop, subscription):
    return shop.portal(subscription["customer"])


def test_the_overview_shows_plan_card_invoice_and_way_back(shop, visitor, portal):
    page = visitor.open(portal)

    assert page.status == 200
    assert "Growth Active" in page.text
    assert "Visa 4242 Default" in page.text
    assert "€16.00" in page.text
    assert f"{shop.home}/billing" in page.html


def test_the_card_of_a_checkout_is_the_one_that_pays(shop, visitor):
    session = shop.checkout()
    visitor.pay(session["url"])

    page = visitor.open(shop.portal(session["customer"]))

    assert "Visa 4242 Default" in page.text
    assert page.addresses("remove") == []


def test_an_unpaid_plan_names_the_sum_and_leads_to_the_invoice(shop, visitor):
    subscription = shop.subscriber(card="pm_card_chargeCustomerFail")
    invoice = shop.call("GET", f"invoices/{subscription['latest_invoice']}")

    page = visitor.open(shop.portal(subscription["customer"]))

    assert "€16.00 is not paid yet" in page.text
    assert f'href="{invoice["hosted_invoice_url"]}">Pay €16.00' in page.html


def test_a_customer_without_a_plan_is_told_so(shop, visitor):
    page = visitor.open(shop.portal(shop.customer()))

    assert "No plan at present" in page.text
    assert "No card is stored." in page.text


def test_plan_switching_is_not_offered_where_it_is_off(visitor, portal):
    page = visitor.open(portal)

    assert "Change plan" not in page.text


def test_cancelling_takes_effect_at_the_end_of_the_period(shop, visitor, portal, subscription):
    [question] = visitor.open(portal).addresses("cancel")

    answer = visitor.submit(question, feedback="too_expensive", comment="Perhaps next year")
    after = visitor.open(answer.location)

    assert answer.status == 303
    assert "You will not be charged again." in after.text
    changed = shop.call("GET", f"subscriptions/{subscription['id']}")
    assert changed["cancel_at_period_end"] is True
    assert changed["cancellation_details"]["feedback"] == "too_expensive"
    assert changed["cancellation_details"]["comment"] == "Perhaps next year"


def test_cancelling_twice_is_one_cancellation(shop, visitor, portal, subscription):
    [question] = visitor.open(portal).addresses("cancel")
    visitor.submit(question)
    first = shop.call("GET", f"subscriptions/{subscription['id']}")

    answer = visitor.submit(question)

    assert answer.status in {303, 409}
    second = shop.call("GET", f"subscriptions/{subscription['id']}")
    assert second["canceled_at"] == first["canceled_at"]


def test_a_cancellation_can_be_withdrawn(shop, visitor, portal, subscription):
    [question] = visitor.open(portal).addresses("cancel")
    visitor.submit(question)
    [keep] = visitor.open(portal).addresses("keep")

    answer = visitor.submit(portal, to=keep)

    assert answer.status == 303
    assert "All goes on as before." in visitor.open(answer.location).text
    changed = shop.call("GET", f"subscriptions/{subscription['id']}")
    assert (changed["cancel_at_period_end"], changed["cancel_at"]) == (False, None)


def test_an_immediate_cancellation_says_so_and_ends_the_plan(shop, visitor, subscription):
    features = ALL_FEATURES | {"subscription_cancel": {"enabled": True, "mode": "immediately"}}
    portal = shop.portal(subscription["customer"], features=features)
    [question] = visitor.open(portal).addresses("cancel")

    page = visitor.open(question)
    visitor.submit(question)

    assert "Growth ends at once." in page.text
    assert shop.call("GET", f"subscriptions/{subscription['id']}")["status"] == "canceled"


def test_a_reason_that_the_page_does_not_offer_is_refused(shop, visitor, portal, subscription):
    [question] = visitor.open(portal).addresses("cancel")

    page = visitor.submit(question, feedback="because")

    assert page.status == 422
    assert shop.call("GET", f"subscriptions/{subscription['id']}")["cancel_at_period_end"] is False


def test_cancelling_is_forbidden_when_the_shop_switched_it_off(shop, visitor, subscription):
    features = ALL_FEATURES | {"subscription_cancel": {"enabled": False}}
    portal = shop.portal(subscription["customer"], features=features)

    overview = visitor.open(portal)
    page = visitor.open(f"{portal}/subscriptions/{subscription['id']}/cancel")

    assert overview.addresses("cancel") == []
    assert page.status == 403


def test_a_foreign_subscription_cannot_be_cancelled(shop, visitor, portal):
    foreign = shop.subscriber()
    [question] = visitor.open(portal).addresses("cancel")

    page = visitor.submit(question, to=f"{portal}/subscriptions/{foreign['id']}/cancel")

    assert page.status == 404
    assert shop.call("GET", f"subscriptions/{foreign['id']}")["cancel_at_period_end"] is False


def test_a_new_card_becomes_the_default(shop, visitor, portal, subscription):
    answer = visitor.pay(f"{portal}/cards/new", number="5555 5555 5555 4444")

    after = visitor.open(answer.location)

    assert answer.status == 303
    assert "Mastercard 4444 Default" in after.text
    customer = shop.call("GET", f"customers/{subscription['customer']}")
    default = customer["invoice_settings"]["default_payment_method"]
    assert shop.call("GET", f"payment_methods/{default}")["card"]["last4"] == "4444"


def test_a_card_that_the_bank_refuses_is_not_stored(shop, visitor, portal, subscription):
    page = visitor.pay(f"{portal}/cards/new", number="4000 0000 0000 0002")

    assert page.status == 402
    assert "The card was declined" in page.text
    cards = shop.call("GET", f"customers/{subscription['customer']}/payment_methods")["data"]
    assert [card["card"]["last4"] for card in cards] == ["4242"]


@pytest.mark.parametrize(
    ("outcome", "words"), [("complete", "Visa 3184 Default"), ("fail", "not confirmed with the bank")]
)
def test_a_card_that_wants_the_bank_is_saved_only_after_complete(shop, visitor, portal, outcome, words):
    question = visitor.pay(f"{portal}/cards/new", number="4000 0027 6000 3184").location

    after = visitor.open(visitor.submit(question, outcome=outcome).location)

    assert words in after.text
    assert ("Visa 3184" in after.text) is (outcome == "complete")


def test_an_older_card_can_be_made_the_default_again_and_the_other_removed(shop, visitor, portal, subscription):
    visitor.pay(f"{portal}/cards/new", number="5555 5555 5555 4444")
    [make_default] = visitor.open(portal).addresses("default")

    visitor.submit(portal, to=make_default)
    [remove] = visitor.open(portal).addresses("remove")
    after = visitor.open(visitor.submit(portal, to=remove).location)

    assert "Visa 4242 Default" in after.text
    assert "Mastercard" not in after.text


def test_billing_details_can_be_changed_and_wrong_ones_are_refused(shop, visitor, portal, subscription):
    details = f"{portal}/details"
    fields = {"name": "Oakline Ltd", "line1": "1 Quay", "city": "Lyon", "postcode": "69002", "country": "FR"}

    wrong = visitor.submit(details, email="nobody", **fields)
    right = visitor.submit(details, email="pay@oakline.example", **fields)

    assert (wrong.status, right.status) == (422, 303)
    assert wrong.value_of("name") == "Oakline Ltd"
    customer = shop.call("GET", f"customers/{subscription['customer']}")
    assert (customer["email"], customer["address"]["city"]) == ("pay@oakline.example", "Lyon")


def test_a_session_made_for_cancelling_opens_the_question(shop, visitor, subscription):
    flow = {"type": "subscription_cancel", "subscription_cancel": {"subscription": subscription["id"]}}
    portal = shop.portal(subscription["customer"], flow_data=flow)

    answer = visitor.open(portal)

    assert answer.status == 303
    assert answer.location.endswith(f"/subscriptions/{subscription['id']}/cancel")


def test_a_session_made_for_a_new_card_returns_to_the_shop_when_told_so(shop, visitor, subscription):
    after = {"type": "redirect", "redirect": {"return_url": f"{shop.home}/thanks"}}
    portal = shop.portal(
        subscription["customer"], flow_data={"type": "payment_method_update", "after_completion": after}
    )

    answer = visitor.pay(visitor.open(portal).location)

    assert answer.location == f"{shop.home}/thanks"


def test_an_unknown_portal_session_is_not_found(visitor):
    assert visitor.open("/p/session/bps_nothing").status == 404
