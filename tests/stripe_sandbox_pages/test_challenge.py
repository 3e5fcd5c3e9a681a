"""The pretended bank page, driven by plain form posts."""

import pytest

AUTHENTICATE = "4000 0027 6000 3184"


@pytest.fixture
def asked(shop, visitor):
    """A checkout whose card wants the bank: the session and the address of the question."""
    session = shop.checkout()
    answer = visitor.pay(session["url"], number=AUTHENTICATE)
    assert answer.status == 303
    return session, answer.location


def test_a_card_that_wants_the_bank_leads_to_its_page_first(asked, shop, visitor):
    session, question = asked

    page = visitor.open(question)

    assert "/3ds/" in question
    assert "€16.00" in page.text
    assert "Visa 3184" in page.text
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "open"


def test_complete_pays_and_leads_to_the_shop(asked, shop, visitor):
    session, question = asked

    answer = visitor.submit(question, outcome="complete")

    assert answer.status == 303
    assert answer.location.startswith(f"{shop.home}/done?session={session['id']}")
    [subscription] = shop.subscriptions(session["customer"])
    assert subscription["status"] == "active"


def test_fail_leads_back_to_an_open_checkout_that_says_why(asked, shop, visitor):
    session, question = asked

    answer = visitor.submit(question, outcome="fail")
    page = visitor.open(answer.location)

    assert answer.status == 303
    assert "The payment was not confirmed with the bank. You have not been charged." in page.text
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "open"


def test_another_card_pays_after_a_failed_confirmation(asked, shop, visitor):
    session, question = asked
    visitor.submit(question, outcome="fail")

    answer = visitor.pay(session["url"])

    assert answer.status == 303
    assert [s["status"] for s in shop.subscriptions(session["customer"])] == ["active"]


def test_the_second_answer_changes_nothing(asked, shop, visitor):
    session, question = asked
    token = visitor.open(question).token
    visitor.post(question, {"page_token": token, "outcome": "complete"})

    answer = visitor.post(question, {"page_token": token, "outcome": "fail"})

    assert answer.status == 303
    assert [s["status"] for s in shop.subscriptions(session["customer"])] == ["active"]


def test_an_answer_that_is_neither_of_the_two_is_refused(asked, shop, visitor):
    session, question = asked

    page = visitor.submit(question, outcome="perhaps")

    assert page.status == 422
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "open"


def test_an_unknown_question_is_not_found(visitor):
    assert visitor.open("/3ds/pi_nothing").status == 404
