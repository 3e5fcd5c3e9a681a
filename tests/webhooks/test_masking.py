"""What staff may see of a payload."""

import pytest

from webhooks.masking import MASK, masked, masked_text


@pytest.mark.parametrize("name", ["client_secret", "secret", "card_token", "fingerprint", "iban"])
def test_secrets_are_hidden_by_their_name_at_any_depth(name: str) -> None:
    shown = masked({"data": {"object": {"list": [{name: "precious"}, {name: {"inner": 1}}]}}})

    assert shown == {"data": {"object": {"list": [{name: MASK}, {name: MASK}]}}}


@pytest.mark.parametrize("name", ["url", "hosted_invoice_url", "receipt_url", "invoice_pdf"])
def test_addresses_that_open_by_themselves_are_hidden(name: str) -> None:
    assert masked({name: "https://pay.example/i/abc"}) == {name: MASK}


@pytest.mark.fault("X32", "W20")
@pytest.mark.parametrize(
    "value",
    ["pi_1_secret_abc", "sk_test_51abc", "rk_live_abc", "whsec_abc", f"bk_test_740aa14a2d38_{'aB-_' * 10}xyz"],
)
def test_values_that_look_like_secrets_are_hidden_under_any_name(value: str) -> None:
    assert masked({"note": value}) == {"note": MASK}


def test_everything_else_stays_as_it_is() -> None:
    event = {
        "id": "evt_1",
        "amount": 4900,
        "livemode": False,
        "number": "A-0001",
        "client_secret": None,
        "hosted_invoice_url": "",
        "items": {"object": "list", "data": [], "url": "/v1/subscription_items?subscription=sub_1"},
    }

    assert masked(event) == event


@pytest.mark.parametrize(
    "event",
    [
        {"card": {"number": "4242424242424242"}},
        {"description": "paid with 4000 0000 0000 0341"},
        {"description": "paid with 4242-4242-4242-4242."},
        {"pan": 4242424242424242},
        {"note": 378282246310005},
        {"card": {"cvc": "123"}},
        {"security_code": "1234"},
        {"us_bank_account": {"account_number": "000123456789", "routing_number": "110000000"}},
        {"bacs_debit": {"sort_code": "108800"}},
        {"note": "to DE89 3704 0044 0532 0130 00"},
        {"note": "GB29NWBK60161331926819"},
    ],
)
def test_numbers_of_cards_and_accounts_are_hidden_wherever_they_stand(event: dict[str, object]) -> None:
    shown = str(masked(event))

    assert MASK in shown
    assert not any(digits in shown for digits in ("4242", "0341", "3782", "123", "0000", "108800", "3704", "6016"))


def test_what_is_no_number_of_a_card_or_an_account_stays() -> None:
    event = {
        "id": "evt_4242424242424242",
        "created": 1790000000,
        "milliseconds": 4242424242424243,  # The check digit is wrong.
        "phone": "+44 20 7946 0958",
        "last4": "4242",
        "cvc_check": "pass",
        "bank_name": "Oak Bank",
        "routing_numbers_known": True,
        "tokens": [],
    }

    assert masked(event) == event


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgres://tide:water@db/billing refused", "water"),
        ("Stripe-Signature t=1790000000,v1=5257a869e7ecebeda32affa62cdca3fa", "5257a869"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("see https://checkout.stripe.com/c/pay/cs_test_a1#fid", "cs_test_a1"),
        ("key sk_test_51H refused", "51H"),
    ],
)
def test_secrets_inside_a_sentence_are_hidden_and_the_rest_stays(text: str, hidden: str) -> None:
    shown = masked_text(text)

    assert hidden not in shown
    assert MASK in shown
    assert shown.split()[-1] == text.split()[-1] or shown.split()[0] == text.split()[0]


@pytest.mark.parametrize("place", ["pay", "team/join"])
def test_our_own_signed_links_are_hidden_and_their_pages_are_not(place: str) -> None:
    signed = "WyJpbl8xIiwiNmY1ZSIsIjg4Il0:1vPq2a:Zm9vYmFyLWJhei1xdXV4"

    assert signed not in masked_text(f"Gone: /{place}/{signed}/")
    assert masked_text(f"Not Found: /{place}/") == f"Not Found: /{place}/"
