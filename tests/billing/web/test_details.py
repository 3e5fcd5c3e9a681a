"""The page of billing details, as a person uses it."""

import re
from uuid import uuid4

import pytest

from accounts.models import Membership, Role
from billing.models import BillingDetails, BillingEmailChange, DetailsRequest, Notice, TaxId
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = {"line1": "Oak Street 1", "postal_code": "04109", "city": "Leipzig", "country": "DE"}


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def post(browser, address: str = "/billing/details/", **fields):
    return browser.post(address, {"request_key": str(uuid4()), **fields})


def test_name_and_address_are_saved_and_shown(shop: Shop, browser) -> None:
    saved = post(browser, name="Oakline Ltd", **ADDRESS)

    page = browser.get("/billing/details/")
    assert saved.headers["Location"] == "/billing/details/"
    assert 'value="Oak Street 1"' in page.content.decode()
    assert '<option value="DE" selected>' in page.content.decode()
    shop.organization.refresh_from_db()
    assert shop.organization.name == "Oakline Ltd"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Enter the name: it stands on your invoices"),
        ({"name": "Oakline", "line1": "Oak Street 1"}, "Choose the country of the address"),
        ({"name": "Oakline", "country": "XX"}, "Choose a country of the list"),
    ],
)
def test_what_cannot_stand_on_an_invoice_is_said_at_its_field(shop: Shop, browser, fields, said: str) -> None:
    page = post(browser, **fields)

    assert page.status_code == 400
    assert said in words(page)
    assert not BillingDetails.objects.exclude(line1="").exists()


def test_saved_is_said_even_where_stripe_does_not_answer(shop: Shop, browser) -> None:
    post(browser, "/billing/details/tax-ids/", kind="eu_vat", value="DE123456789")
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})

    post(browser, name="Oakline Ltd", **ADDRESS)

    page = browser.get("/billing/details/")
    assert "gets the change within minutes" in page.content.decode()
    assert "A change is on its way" in words(page)


def test_a_tax_number_is_shown_with_its_check_and_removed(shop: Shop, browser) -> None:
    added = post(browser, "/billing/details/tax-ids/", kind="eu_vat", value="111111111")
    assert added.status_code == 302
    assert "111111111 European Union: VAT number Being checked" in words(browser.get("/billing/details/"))

    shop.advance("PT10S")
    shop.look_at_customer()
    page = browser.get("/billing/details/")
    assert "Not confirmed" in words(page)

    address = f"/billing/details/tax-ids/{TaxId.objects.get().stripe_tax_id}/remove/"
    removed = browser.post(address, form_fields(page, action=address))
    assert removed.status_code == 302
    assert not TaxId.objects.exists()


def test_a_number_that_cannot_be_is_said_at_its_field(shop: Shop, browser) -> None:
    page = post(browser, "/billing/details/tax-ids/", kind="eu_vat", value="nonsense")

    assert page.status_code == 400
    assert "no valid number of that kind" in words(page)


def test_the_new_address_confirms_without_a_login_by_a_button(shop: Shop, browser, client) -> None:
    post(browser, "/billing/details/email/", email="Books@Oakline.example")
    assert "We wait for a confirmation from books@oakline.example" in words(browser.get("/billing/details/"))
    link = re.search(r"(/billing/email/\S+)", Notice.objects.get().content.text)[1]
    browser.logout()

    looked = browser.get(link)
    shop.organization.refresh_from_db()
    assert looked.status_code == 200
    assert shop.organization.email != "books@oakline.example"
    assert "no-store" in looked.headers["Cache-Control"]

    confirmed = browser.post(link, form_fields(looked, action=link))
    shop.organization.refresh_from_db()
    assert "now goes to books@oakline.example" in words(confirmed)
    assert shop.organization.email == "books@oakline.example"

    assert browser.get(link).status_code == 410
    assert browser.get("/billing/email/forged/").status_code == 404


def test_keeping_the_address_takes_the_wish_back(shop: Shop, browser) -> None:
    post(browser, "/billing/details/email/", email="books@oakline.example")
    page = browser.get("/billing/details/")

    assert f"Keep {shop.organization.email}" in words(page)
    post(browser, "/billing/details/email/", email=shop.organization.email)

    assert "We wait for" not in words(browser.get("/billing/details/"))


@pytest.mark.parametrize("path", ["", "email/", "tax-ids/", "tax-ids/txi_1/remove/"])
def test_a_member_may_not_change_anything(shop: Shop, client, path: str) -> None:
    client.force_login(MembershipFactory(organization=shop.organization, role=Role.MEMBER).user)

    answer = post(client, f"/billing/details/{path}", name="x", email="x@x.example", kind="eu_vat", value="1")

    assert answer.status_code == 403
    assert not DetailsRequest.objects.exists()
    assert not BillingEmailChange.objects.exists()


def test_a_billing_manager_may(shop: Shop, client) -> None:
    client.force_login(MembershipFactory(organization=shop.organization, role=Role.BILLING).user)

    assert post(client, name="Oakline Ltd").status_code == 302


def test_a_stranger_finds_no_tax_number_of_others(shop: Shop, browser, client) -> None:
    post(browser, "/billing/details/tax-ids/", kind="eu_vat", value="DE123456789")
    stranger: Membership = MembershipFactory(organization__name="Elsewhere")
    client.force_login(stranger.user)

    answer = post(client, f"/billing/details/tax-ids/{TaxId.objects.get().stripe_tax_id}/remove/")

    assert answer.status_code == 404
    assert TaxId.objects.count() == 1
