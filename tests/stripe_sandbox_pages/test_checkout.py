"""The checkout page, driven by plain form posts."""

from concurrent.futures import ThreadPoolExecutor

from tests.stripe_sandbox_pages.visitor import CARD


def test_a_paid_checkout_leads_to_the_success_url_and_makes_a_live_subscription(shop, visitor):
    session = shop.checkout()

    answer = visitor.pay(session["url"])

    assert answer.status == 303
    assert answer.location == f"{shop.home}/done?session={session['id']}"
    [subscription] = shop.subscriptions(session["customer"])
    assert subscription["status"] == "active"


def test_submitting_the_same_form_twice_makes_one_subscription(shop, visitor):
    session = shop.checkout()
    fields = {**CARD, "number": "4242424242424242", "page_token": visitor.open(session["url"]).token}

    first = visitor.post(session["url"], fields)
    second = visitor.post(session["url"], fields)

    assert (first.status, second.status) == (303, 303)
    assert second.location == first.location
    assert len(shop.subscriptions(session["customer"])) == 1


def test_eight_clicks_at_once_make_one_subscription(shop, visitor):
    session = shop.checkout()
    fields = {**CARD, "number": "4242424242424242", "page_token": visitor.open(session["url"]).token}

    with ThreadPoolExecutor(max_workers=8) as clicks:
        answers = list(clicks.map(lambda _: visitor.post(session["url"], fields), range(8)))

    assert {answer.location for answer in answers} == {f"{shop.home}/done?session={session['id']}"}
    assert len(shop.subscriptions(session["customer"])) == 1
    assert len(shop.call("GET", "charges")["data"]) == 1


def test_the_trial_is_named_with_its_days_its_sum_and_its_date(shop, visitor):
    session = shop.checkout(trial_days=14)

    page = visitor.open(session["url"])

    assert "14 days free, then €16.00 each month from" in page.text
    assert "Due today €0.00" in page.text
    assert "Start free trial" in page.text


def test_a_trial_begins_without_a_charge(shop, visitor):
    session = shop.checkout(trial_days=14)

    answer = visitor.pay(session["url"])

    assert answer.status == 303
    [subscription] = shop.subscriptions(session["customer"])
    assert subscription["status"] == "trialing"
    assert shop.call("GET", "charges")["data"] == []


def test_a_declined_card_says_why_and_leaves_the_session_open(shop, visitor):
    session = shop.checkout()

    page = visitor.pay(session["url"], number="4000 0000 0000 9995")

    assert page.status == 402
    assert "There is not enough money on this card. You have not been charged." in page.text
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "open"
    assert shop.subscriptions(session["customer"]) == []


def test_another_card_pays_after_a_decline(shop, visitor):
    session = shop.checkout()
    visitor.pay(session["url"], number="4000 0000 0000 0002")

    answer = visitor.pay(session["url"])

    assert answer.status == 303
    [subscription] = shop.subscriptions(session["customer"])
    assert subscription["status"] == "active"


def test_stolen_and_lost_and_unknown_reasons_share_one_text(shop, visitor):
    session = shop.checkout()
    numbers = ["4000000000009979", "4000000000009987", "4000000000000002"]

    pages = [visitor.pay(session["url"], number=number) for number in numbers]

    assert len({page.text for page in pages}) == 1
    assert "The bank gave no reason. You have not been charged." in pages[0].text


def test_wrong_fields_come_back_named_and_without_the_card(shop, visitor):
    session = shop.checkout()

    page = visitor.pay(session["url"], number="4242", cvc="77", name="Alice Nguyen", expiry="13/30")

    assert page.status == 422
    assert "Enter month and year, such as 08/28." in page.text
    assert 'aria-describedby="number-error"' in page.html
    assert page.value_of("name") == "Alice Nguyen"
    assert (page.value_of("number"), page.value_of("cvc")) == ("", "")
    assert shop.subscriptions(session["customer"]) == []


def test_a_number_that_is_none_of_the_test_numbers_is_refused(shop, visitor):
    session = shop.checkout()

    page = visitor.pay(session["url"], number="4111 1111 1111 1111")

    assert page.status == 402
    assert "none of the test numbers" in page.text


def test_a_test_number_can_be_filled_in_by_a_link(shop, visitor):
    session = shop.checkout()

    page = visitor.open(f"{session['url']}?card=4242424242424242")

    assert page.value_of("number") == "4242 4242 4242 4242"
    assert page.value_of("name") == "Oakline Studio"


def test_a_number_outside_the_list_is_never_filled_in(shop, visitor):
    session = shop.checkout()

    page = visitor.open(f"{session['url']}?card=5105105105105100")

    assert page.value_of("number") == ""


def test_the_address_is_asked_for_when_the_shop_requires_it(shop, visitor):
    session = shop.checkout(billing_address_collection="required")

    page = visitor.pay(session["url"])

    assert page.status == 422
    assert "Enter the street and number." in page.text


def test_the_terms_must_be_accepted_when_the_shop_requires_it(shop, visitor):
    session = shop.checkout(consent_collection={"terms_of_service": "required"})

    refused = visitor.pay(session["url"])
    accepted = visitor.pay(session["url"], terms="yes")

    assert refused.status == 422
    assert "Accept the terms to go on." in refused.text
    assert accepted.status == 303


def test_a_guest_is_asked_for_an_e_mail_and_becomes_a_customer(shop, visitor):
    session = shop.checkout(is_guest=True)

    refused = visitor.pay(session["url"], email="nobody")
    accepted = visitor.pay(session["url"], email="guest@example.com")

    assert (refused.status, accepted.status) == (422, 303)
    assert refused.value_of("email") == "nobody"
    customer = shop.call("GET", f"checkout/sessions/{session['id']}")["customer"]
    assert shop.call("GET", f"customers/{customer}")["email"] == "guest@example.com"


def test_an_e_mail_that_the_shop_knows_cannot_be_changed_here(shop, visitor):
    session = shop.checkout(is_guest=True, customer_email="known@example.com")

    page = visitor.open(session["url"])
    visitor.pay(session["url"], email="other@example.com")

    assert 'value="known@example.com" autocomplete="email" readonly' in page.html
    customer = shop.call("GET", f"checkout/sessions/{session['id']}")["customer"]
    assert shop.call("GET", f"customers/{customer}")["email"] == "known@example.com"


def test_a_card_can_be_saved_without_a_charge(shop, visitor):
    session = shop.checkout(mode="setup", currency="eur", line_items=[])

    page = visitor.open(session["url"])
    answer = visitor.pay(session["url"])

    assert "Nothing is charged now." in page.text
    assert answer.status == 303
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "complete"
    assert shop.call("GET", "charges")["data"] == []


def test_an_expired_session_says_so_and_leads_back(shop, visitor):
    session = shop.checkout()
    shop.call("POST", f"checkout/sessions/{session['id']}/expire")

    page = visitor.open(session["url"])

    assert page.status == 410
    assert "Nothing was charged." in page.text
    assert f"{shop.home}/prices" in page.html


def test_a_complete_session_leads_to_the_shop_and_cannot_be_paid_again(shop, visitor):
    session = shop.checkout()
    visitor.pay(session["url"])

    page = visitor.open(session["url"])

    assert page.status == 200
    assert "This order is complete" in page.text
    assert "page_token" not in page.html


def test_an_unknown_session_is_not_found(visitor):
    page = visitor.open("/c/pay/cs_test_nothing")

    assert page.status == 404


def test_the_policy_of_the_page_names_the_shop_as_form_target(shop, visitor):
    page = visitor.open(shop.checkout()["url"])

    policy = page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {shop.home};" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in page.html
    assert "style=" not in page.html
