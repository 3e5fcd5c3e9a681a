"""Tax ids of customers and of the account, what the authority says of them, and what invoices do."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_tax_id_reads_back_and_can_be_taken_away(driver: Driver) -> None:
    customer, sdk = driver.customer(None), driver.sdk()

    made = sdk.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "BE0123456789"})

    assert (made.type, made.value, made.country, made.verification.status) == (
        "eu_vat",
        "BE0123456789",
        "BE",
        "pending",
    )
    assert made.owner.to_dict() == {"customer": customer.id, "customer_account": None, "type": "customer"}
    assert sdk.customers.tax_ids.retrieve(customer.id, made.id).to_dict() == made.to_dict()
    assert [each.id for each in sdk.customers.tax_ids.list(customer.id).data] == [made.id]
    gone = sdk.customers.tax_ids.delete(customer.id, made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    assert sdk.customers.tax_ids.list(customer.id).data == []
    assert driver.event_types("customer.created") == ["customer.tax_id.created", "customer.tax_id.deleted"]


@pytest.mark.parametrize(("kind", "value"), [("eu_vat", "ZZ123456789"), ("us_ein", "12-34"), ("ch_vat", "CHE-1")])
def test_value_that_the_type_cannot_have_is_refused(driver: Driver, kind: str, value: str) -> None:
    customer = driver.customer(None)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customers.tax_ids.create(customer.id, {"type": kind, "value": value})

    assert (caught.value.code, caught.value.param) == ("tax_id_invalid", "value")


@pytest.mark.parametrize(
    ("value", "verdict"), [("000000000", "verified"), ("111111111", "unverified"), ("222222222", "pending")]
)
def test_authority_answers_about_the_numbers_of_test_mode(driver: Driver, value: str, verdict: str) -> None:
    customer, sdk = driver.customer(None), driver.sdk()
    made = sdk.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": value})

    driver.advance("PT1M")

    assert sdk.tax_ids.retrieve(made.id).verification.status == verdict


def test_kind_that_nobody_checks_says_so(driver: Driver) -> None:
    made = driver.sdk().customers.tax_ids.create(driver.customer(None).id, {"type": "us_ein", "value": "12-3456789"})

    assert (made.country, made.verification.status) == ("US", "unavailable")


def test_customer_is_made_with_tax_ids_and_shows_them_on_request(driver: Driver) -> None:
    given = [{"type": "gb_vat", "value": "GB123456789"}]

    made = driver.sdk().customers.create({"tax_id_data": given, "expand": ["tax_ids"]})

    assert [(each.type, each.value) for each in made.tax_ids.data] == [("gb_vat", "GB123456789")]


def test_invoice_follows_the_tax_ids_until_it_is_final(driver: Driver) -> None:
    customer, sdk = driver.customer(), driver.sdk()
    sdk.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "DE123456789"})
    draft = sdk.invoices.create({"customer": customer.id})
    late = sdk.customers.tax_ids.create(customer.id, {"type": "us_ein", "value": "12-3456789"})
    assert [each.type for each in draft.customer_tax_ids] == ["eu_vat"]

    final = sdk.invoices.finalize_invoice(draft.id)
    sdk.customers.tax_ids.delete(customer.id, late.id)

    assert [each.to_dict() for each in final.customer_tax_ids] == [
        {"type": "eu_vat", "value": "DE123456789"},
        {"type": "us_ein", "value": "12-3456789"},
    ]
    assert sdk.invoices.retrieve(draft.id).customer_tax_ids == final.customer_tax_ids


def test_account_has_tax_ids_of_its_own(driver: Driver) -> None:
    customer, sdk = driver.customer(None), driver.sdk()
    sdk.tax_ids.create(
        {"type": "us_ein", "value": "12-3456789", "owner": {"type": "customer", "customer": customer.id}}
    )

    made = sdk.tax_ids.create({"type": "eu_vat", "value": "FR12345678901"})

    assert (made.customer, made.owner.type) == (None, "self")
    assert [each.id for each in sdk.tax_ids.list().data] == [made.id]
    assert [each.type for each in sdk.customers.tax_ids.list(customer.id).data] == ["us_ein"]


def test_tax_id_of_another_customer_is_not_found(driver: Driver) -> None:
    made = driver.sdk().customers.tax_ids.create(driver.customer(None).id, {"type": "us_ein", "value": "12-3456789"})

    reply = driver.call("GET", f"/v1/customers/{driver.customer(None).id}/tax_ids/{made.id}")

    assert (reply.status, reply.body["error"]["code"]) == (404, "resource_missing")
