"""What staff may see of a payload."""

import pytest

from webhooks.masking import MASK, masked


@pytest.mark.parametrize("name", ["client_secret", "secret", "card_token", "fingerprint", "iban"])
def test_secrets_are_hidden_by_their_name_at_any_depth(name: str) -> None:
    shown = masked({"data": {"object": {"list": [{name: "precious"}, {name: {"inner": 1}}]}}})

    assert shown == {"data": {"object": {"list": [{name: MASK}, {name: MASK}]}}}


@pytest.mark.parametrize("name", ["url", "hosted_invoice_url", "receipt_url", "invoice_pdf"])
def test_addresses_that_open_by_themselves_are_hidden(name: str) -> None:
    assert masked({name: "https://pay.example/i/abc"}) == {name: MASK}


@pytest.mark.parametrize("value", ["pi_1_secret_abc", "sk_test_51abc", "rk_live_abc", "whsec_abc"])
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
