"""What a credit note says of discounts and taxes, and its file."""

from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.deals import coupon
from tests.stripe_sandbox.driver import Driver

few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rate(driver: Driver, percentage: float, *, is_inclusive: bool = False) -> Any:
    values = {"display_name": "VAT", "percentage": percentage, "inclusive": is_inclusive}
    return driver.sdk().tax_rates.create(values)


def invoiced(driver: Driver, amount: int, **params: Any) -> Any:
    made = driver.subscribe(driver.customer(), driver.price(amount), **params)
    return driver.sdk().invoices.retrieve(made.latest_invoice)


def note(driver: Driver, invoice: Any, **params: Any) -> Any:
    return driver.sdk().credit_notes.create({"invoice": invoice.id, **params})


@few
@given(
    amount=st.integers(min_value=100, max_value=99_999),
    percentage=st.sampled_from([7.7, 19, 20]),
    is_inclusive=st.booleans(),
    off=st.sampled_from([None, {"percent_off": 33.3}, {"amount_off": 49, "currency": "usd"}]),
)
def test_note_over_a_whole_invoice_repeats_its_sums(
    driver: Driver, amount: int, percentage: float, is_inclusive: bool, off: dict[str, Any] | None
) -> None:
    terms: dict[str, Any] = {"default_tax_rates": [rate(driver, percentage, is_inclusive=is_inclusive).id]}
    if off:
        terms["discounts"] = [{"coupon": coupon(driver, **off).id}]
    invoice = invoiced(driver, amount, **terms)
    [line] = invoice.lines.data

    by_line = driver.sdk().credit_notes.preview(
        {
            "invoice": invoice.id,
            "lines": [{"type": "invoice_line_item", "invoice_line_item": line.id, "quantity": 1}],
            "credit_amount": invoice.total,
        }
    )
    plain = note(driver, invoice, amount=invoice.total, credit_amount=invoice.total)

    same = ("subtotal", "total", "total_excluding_tax")
    assert [by_line[key] for key in same] == [invoice[key] for key in same]
    for made in (by_line, plain):
        assert [tax.amount for tax in made.total_taxes] == [tax.amount for tax in invoice.total_taxes]
        assert (made.total, made.total_excluding_tax) == (invoice.total, invoice.total_excluding_tax)
    assert [part.amount for part in by_line.discount_amounts] == [
        part.amount for part in invoice.total_discount_amounts
    ]


def test_plain_amount_holds_its_share_of_each_tax(driver: Driver) -> None:
    invoice = invoiced(driver, 1000, default_tax_rates=[rate(driver, 20).id, rate(driver, 5).id])

    made = note(driver, invoice, amount=625, out_of_band_amount=625)

    assert [(tax.amount, tax.taxable_amount) for tax in made.total_taxes] == [(100, 500), (25, 500)]
    assert (made.subtotal, made.total, made.total_excluding_tax) == (500, 625, 500)
    assert made.lines.data[0].amount == 500


def test_custom_line_takes_tax_rates_and_notes(driver: Driver) -> None:
    invoice = invoiced(driver, 5000)
    vat = rate(driver, 10)
    line = {"type": "custom_line_item", "description": "Goodwill", "quantity": 2, "unit_amount": 100}
    terms = {"tax_rates": [vat.id], "metadata": {"case": "7"}}

    made = note(driver, invoice, lines=[{**line, **terms}], out_of_band_amount=220)

    [shown] = made.lines.data
    assert (shown.amount, shown.taxes[0].amount, shown.tax_rates[0].id) == (200, 20, vat.id)
    assert (shown.metadata["case"], made.total, made.total_taxes[0].amount) == ("7", 220, 20)


def test_line_of_the_invoice_takes_no_other_rates(driver: Driver) -> None:
    invoice = invoiced(driver, 5000)
    line = {"type": "invoice_line_item", "invoice_line_item": invoice.lines.data[0].id, "amount": 100}

    with pytest.raises(stripe.InvalidRequestError) as caught:
        note(driver, invoice, lines=[{**line, "tax_rates": [rate(driver, 10).id]}], out_of_band_amount=100)

    assert caught.value.param == "lines[0][tax_rates]"


def test_note_has_a_file_of_its_own(driver: Driver) -> None:
    invoice = invoiced(driver, 1000, default_tax_rates=[rate(driver, 20).id])
    made = note(driver, invoice, amount=600, out_of_band_amount=600, memo="As agreed")

    status, body = driver.download(made.pdf)

    assert (status, made.pdf != invoice.invoice_pdf) == (200, True)
    for text in (f"Credit note {made.number}", f"For invoice {invoice.number}", "As agreed", "VAT 20%", "$6.00"):
        assert text.encode() in body
    assert driver.download(f"{driver.url}/cn/nothing/pdf")[0] == 404
