"""How the admin writes amounts, links and codes."""

import pytest

from billing.admin.shown import amount, link_out, link_to, link_to_list, price_text, words
from tests.factories import OrganizationFactory


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (4800, "eur", "€48.00"),
        (-150, "gbp", "\N{MINUS SIGN}£1.50"),
        (2000, "jpy", "JP¥2,000"),
        (1500, "kwd", "KWD1.500"),
        (0, "eur", "€0.00"),
        (None, "eur", "–"),
        (1234, "xyz", "1234 minor units of XYZ"),
        (1234, "", "1234 minor units of no currency"),
    ],
)
def test_an_amount_is_written_as_on_every_page_and_never_guessed(
    amount_minor: int | None, currency: str, text: str
) -> None:
    assert amount(amount_minor, currency).replace("\N{NO-BREAK SPACE}", "") == text


@pytest.mark.parametrize(
    ("amount_minor", "interval", "quantity", "text"),
    [
        (4800, "month", 1, "€48.00 a month"),
        (4800, "year", 3, "€144.00 a year"),
        (None, "month", 1, "–"),
        (1, None, 1, "–"),
    ],
)
def test_a_price_is_that_of_all_units_together(
    amount_minor: int | None, interval: str | None, quantity: int, text: str
) -> None:
    written = price_text(amount_minor, "eur", interval, quantity=quantity)

    assert written.replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("code", "text"), [("local_trial_ending", "Local trial ending"), ("active", "Active"), ("", "–")]
)
def test_a_code_is_written_in_words(code: str, text: str) -> None:
    assert words(code) == text


@pytest.mark.django_db
def test_a_name_cannot_become_markup_in_a_link() -> None:
    organization = OrganizationFactory(name="<script>alert(1)</script>")

    link = link_to(organization)

    assert "<script>" not in link
    assert f'href="/admin/billing/customer/of/{organization.pk}/"' in link


def test_a_link_to_a_list_carries_its_search_safely() -> None:
    link = link_to_list("billing_invoice", "Invoices", q='sub_1&x="')

    assert 'href="/admin/billing/invoice/?q=sub_1%26x%3D%22"' in link


def test_nothing_is_linked_where_there_is_nothing() -> None:
    assert [link_to(None), link_to_list("billing_invoice", "", q=""), link_out("", "Page")] == ["–", "–", "–"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/admin/"])
def test_a_link_out_leads_to_the_web_only(url: str) -> None:
    assert link_out(url, "Page") == "–"


def test_a_link_out_opens_apart() -> None:
    assert 'href="https://invoice.stripe.com/i/1" target="_blank" rel="noopener noreferrer"' in link_out(
        "https://invoice.stripe.com/i/1", "Page"
    )
