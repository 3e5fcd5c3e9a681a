"""The console's forms about cards: declines told in full, and a card that its bank replaces."""

CONSOLE = "/_sandbox/console"


def card_of(shop, customer: str) -> dict:
    return shop.call("GET", f"customers/{customer}/payment_methods")["data"][0]


def test_a_planned_decline_says_what_the_form_says(sandbox, shop, visitor):
    customer = shop.customer()
    page = f"{CONSOLE}/objects/customer/{customer}"
    told = {"advice_code": "do_not_try_again", "network_decline_code": "05", "network_advice_code": "03"}
    block = {"outcome_type": "blocked", "network_status": "", "outcome_reason": "highest_risk_level"}

    to = f"{CONSOLE}/customers/{customer}/decline"
    answer = visitor.submit(page, to=to, code="fraudulent", times="2", **told, **block)

    [fault] = sandbox.ask("GET", "/_sandbox/faults")["data"]
    assert answer.status == 303
    assert (fault["code"], fault["times"]) == ("fraudulent", 2)
    assert fault["told"] == {**told, "outcome_type": "blocked", "reason": "highest_risk_level"}


def test_what_no_network_says_is_refused(sandbox, shop, visitor):
    customer = shop.customer()
    to = f"{CONSOLE}/customers/{customer}/decline"

    answer = visitor.submit(
        f"{CONSOLE}/objects/customer/{customer}", to=to, code="lost_card", times="1", network_advice_code="too long"
    )

    assert answer.status == 409
    assert "Network_advice_code is a short code" in answer.text
    assert sandbox.ask("GET", "/_sandbox/faults")["data"] == []


def test_the_bank_replaces_a_card(shop, visitor):
    subscription = shop.subscriber()
    old = card_of(shop, subscription["customer"])
    page = f"{CONSOLE}/objects/payment_method/{old['id']}"
    to = f"{CONSOLE}/payment-methods/{old['id']}/replace"

    answer = visitor.submit(page, to=to, exp_month="7", exp_year="2044", card="", keeps_number="true")
    new = card_of(shop, subscription["customer"])

    assert (answer.status, answer.location) == (303, f"{page}?done=replaced")
    assert "The bank has replaced the card." in visitor.open(answer.location).text
    assert (new["card"]["exp_month"], new["card"]["exp_year"]) == (7, 2044)
    assert new["card"]["fingerprint"] == old["card"]["fingerprint"]


def test_a_replacement_that_cannot_be_changes_nothing(shop, visitor):
    subscription = shop.subscriber()
    old = card_of(shop, subscription["customer"])
    page = f"{CONSOLE}/objects/payment_method/{old['id']}"

    wrong = visitor.submit(page, to=f"{CONSOLE}/payment-methods/{old['id']}/replace", exp_month="13")
    unknown = visitor.submit(page, to=f"{CONSOLE}/payment-methods/pm_nothing/replace", exp_month="1")

    assert (wrong.status, unknown.status) == (409, 404)
    assert "expiration month is invalid. Nothing was changed." in wrong.text
    assert card_of(shop, subscription["customer"]) == old
