"""Which form posts are believed: those of a page of ours, and of that very page."""

import pytest

from tests.stripe_sandbox_pages.visitor import CARD


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        pytest.param("", {}, id="no token"),
        pytest.param("0" * 40, {}, id="wrong token"),
        pytest.param(None, {"Sec-Fetch-Site": "cross-site"}, id="from another site"),
        pytest.param(None, {"Sec-Fetch-Site": "same-site"}, id="from another port"),
    ],
)
def test_a_form_from_elsewhere_is_refused_and_changes_nothing(shop, visitor, token, headers):
    session = shop.checkout()
    right = visitor.open(session["url"]).token
    fields = {**CARD, "number": "4242424242424242", "page_token": right if token is None else token}

    page = visitor.post(session["url"], fields, headers)

    assert page.status == 403
    assert shop.subscriptions(session["customer"]) == []


def test_a_token_of_another_session_is_refused(shop, visitor):
    other = visitor.open(shop.checkout()["url"]).token
    session = shop.checkout()

    page = visitor.post(session["url"], {"page_token": other})

    assert page.status == 403


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b'{"page_token": "x"}', "application/json", 415, id="no form"),
        pytest.param(b"number=" + b"4" * 40_000, "application/x-www-form-urlencoded", 413, id="too large"),
        pytest.param(b"number=\xff\xfe", "application/x-www-form-urlencoded", 400, id="no text"),
        pytest.param(b"a=1&" * 100, "application/x-www-form-urlencoded", 400, id="too many fields"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(shop, visitor, body, content_type, status):
    session = shop.checkout()

    page = visitor.send(session["url"], body, {"Content-Type": content_type})

    assert page.status == status
    assert shop.subscriptions(session["customer"]) == []
