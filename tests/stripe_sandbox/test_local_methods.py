"""Payment methods that are no cards: made and read, never charged."""

from typing import Any

import pytest

from tests.stripe_sandbox.driver import Driver

IBAN = "DK5000400440116243"


def make(driver: Driver, kind: str, **details: str) -> dict[str, Any]:
    reply = driver.call(
        "POST", "/v1/payment_methods", {"type": kind, **{f"{kind}[{key}]": value for key, value in details.items()}}
    )
    body: dict[str, Any] = reply.body
    return body


def test_a_bank_debit_shows_what_its_iban_says(driver: Driver) -> None:
    method = make(driver, "sepa_debit", iban=IBAN)

    details = method["sepa_debit"]
    assert (details["country"], details["bank_code"], details["last4"]) == ("DK", "0040", "6243")
    assert method["customer"] is None
    assert "card" not in method


def test_the_same_iban_has_the_same_fingerprint(driver: Driver) -> None:
    marks = {
        make(driver, "sepa_debit", iban=iban)["sepa_debit"]["fingerprint"]
        for iban in (IBAN, IBAN, "DE89370400440532013000")
    }

    assert len(marks) == 2


def test_an_iban_with_a_wrong_check_digit_is_refused(driver: Driver) -> None:
    error = make(driver, "sepa_debit", iban="DK5100400440116243")["error"]

    assert error["code"] == "invalid_bank_account_iban"
    assert error["param"] == "sepa_debit[iban]"


@pytest.mark.parametrize("kind", ["sepa_debit", "boleto", "fpx", "sofort", "acss_debit"])
def test_missing_details_are_named(driver: Driver, kind: str) -> None:
    error = make(driver, kind)["error"]

    assert error["code"] == "parameter_missing"
    assert error["param"].startswith(f"{kind}[")


def test_a_method_that_is_no_card_cannot_pay(driver: Driver) -> None:
    method = make(driver, "alipay")
    customer = driver.call("POST", "/v1/customers").body

    reply = driver.call("POST", f"/v1/payment_methods/{method['id']}/attach", {"customer": customer["id"]})

    assert reply.status == 400
    assert driver.call("GET", f"/v1/payment_methods/{method['id']}").body["customer"] is None
