"""What a checkout page asks beside the card: the shop's own questions, an address to ship to, numbers to choose."""

import pytest

from tests.stripe_sandbox_pages.visitor import CARD

FIELDS = [
    {"key": "po", "label": {"type": "custom", "custom": "Order number"}, "type": "numeric"},
    {
        "key": "size",
        "label": {"type": "custom", "custom": "Shirt size"},
        "type": "dropdown",
        "optional": True,
        "dropdown": {"options": [{"label": "Large", "value": "l"}]},
    },
]
SHIPPING = {
    "shipping_name": "Alice",
    "shipping_line1": "1 Quay",
    "shipping_postcode": "69002",
    "shipping_city": "Lyon",
    "shipping_country": "FR",
}


@pytest.fixture
def session(shop):
    return shop.checkout(
        custom_fields=FIELDS,
        shipping_address_collection={"allowed_countries": ["FR", "DE"]},
        consent_collection={"promotions": "auto"},
        custom_text={"submit": {"message": "We ship on [Mondays](https://shop.example/days)."}},
        submit_type="book",
    )


def test_the_page_asks_what_the_shop_wants_to_know(visitor, session):
    page = visitor.open(session["url"])

    assert "Order number" in page.text
    assert "Shirt size (optional)" in page.text
    assert "Shipping address" in page.text
    assert "We ship on Mondays ." in page.text
    assert "Book €16.00" in page.text
    assert 'value="DE"' in page.html.split('name="shipping_country"')[1]
    assert 'value="IT"' not in page.html.split('name="shipping_country"')[1]


def test_the_answers_reach_the_session(shop, visitor, session):
    visitor.pay(session["url"], custom_po="42", custom_size="l", promotions="yes", **SHIPPING)

    done = shop.call("GET", f"checkout/sessions/{session['id']}")
    assert done["status"] == "complete"
    assert done["custom_fields"][0]["numeric"]["value"] == "42"
    assert done["custom_fields"][1]["dropdown"]["value"] == "l"
    assert done["consent"]["promotions"] == "opt_in"
    assert done["collected_information"]["shipping_details"]["address"]["city"] == "Lyon"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"custom_po": ""}, "An answer is needed."),
        ({"custom_po": "many"}, "Use digits only."),
        ({"custom_size": "xl"}, "Choose one of the answers."),
        ({"shipping_country": "IT"}, "Choose a country."),
        ({"shipping_city": ""}, "Enter the town."),
    ],
)
def test_a_wrong_answer_comes_back_with_its_reason(shop, visitor, session, wrong, words):
    page = visitor.pay(session["url"], **{"custom_po": "42", **SHIPPING, **wrong})

    assert page.status == 422
    assert words in page.text
    assert shop.call("GET", f"checkout/sessions/{session['id']}")["status"] == "open"


def test_a_number_is_changed_before_paying(shop, visitor):
    line = {"price": shop.price(), "quantity": 1, "adjustable_quantity": {"enabled": True, "maximum": 5}}
    session = shop.checkout(line_items=[line])
    line_id = shop.call("GET", f"checkout/sessions/{session['id']}/line_items")["data"][0]["id"]

    changed = visitor.submit(session["url"], step=f"quantity:{line_id}", quantity="3")
    refused = visitor.submit(session["url"], step=f"quantity:{line_id}", quantity="6")

    page = visitor.open(session["url"])
    assert (changed.status, refused.status) == (303, 422)
    assert "Choose a number from 0 to 5." in refused.text
    assert "Pay €48.00" in page.text


def test_an_expired_order_leads_to_a_new_one(shop, visitor):
    session = shop.checkout(after_expiration={"recovery": {"enabled": True}})
    expired = shop.call("POST", f"checkout/sessions/{session['id']}/expire")

    answer = visitor.open(expired["after_expiration"]["recovery"]["url"])

    assert answer.status == 303
    assert "Subscribe to Growth" in visitor.open(answer.location).text
    assert visitor.submit(answer.location, **CARD, number="4242424242424242").status == 303
