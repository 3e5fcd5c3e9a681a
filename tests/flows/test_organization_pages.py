"""Billing details, a new billing e-mail, a copy of all data and the end, in a browser; axe finds nothing grave."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Organization
from billing.gateway.client import client
from billing.models import Notice
from tests.billing.conftest import shop
from tests.billing.shop import Shop
from tests.factories import MembershipFactory
from tests.flows.looking import look, sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_details_and_tax_numbers_reach_stripe(page: Page, browser_faults: list[str], live_server, shop: Shop) -> None:
    shop.subscribe()
    customer_id = str(shop.organization.billing_customers.get().stripe_customer_id)
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/billing/details/")
    page.get_by_label("Street and number").fill("Oak Street 1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose the country of the address.")).to_be_visible()
    look(page, "details-refused")
    assert [fault for fault in browser_faults if "400" in fault] == browser_faults
    browser_faults.clear()  # The refusal itself.
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It stands on the next invoice.")).to_be_visible()
    page.get_by_label("Kind").select_option("eu_vat")
    page.get_by_label("Number", exact=True).fill("DE123456789")
    page.get_by_role("button", name="Add the number").click()
    expect(page.get_by_text("Being checked")).to_be_visible()
    look(page, "details")

    found = client().v1.customers.retrieve(customer_id, params={"expand": ["tax_ids"]})
    assert found["address"]["line1"] == "Oak Street 1"
    assert found["tax_ids"]["data"][0]["value"] == "DE123456789"


def test_a_new_billing_e_mail_is_confirmed_by_a_stranger_to_the_product(
    page: Page, browser: Browser, live_server, shop: Shop
) -> None:
    sign_in(page, shop, live_server.url)
    page.goto(f"{live_server.url}/billing/details/")
    page.get_by_label("New billing e-mail").fill("books@oakline.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("We wait for a confirmation from books@oakline.example")).to_be_visible()
    link = re.search(r"(/billing/email/\S+)", Notice.objects.get().content.text)
    assert link
    elsewhere = browser.new_context(java_script_enabled=False).new_page()

    elsewhere.goto(f"{live_server.url}{link[1]}")
    elsewhere.get_by_role("button", name="Confirm books@oakline.example").click()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("The billing e-mail is changed")
    elsewhere.context.close()

    page.reload()
    expect(page.get_by_text("Mail goes to books@oakline.example")).to_be_visible()
    look(page, "details-confirmed")


def test_an_owner_takes_a_copy_and_deletes_the_organization(page: Page, live_server, shop: Shop, tmp_path) -> None:
    shop.subscribe()
    MembershipFactory(organization=shop.organization)
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/team/")
    page.get_by_role("link", name="Take a copy of everything").click()
    look(page, "export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    file = Path(tmp_path) / "copy.json"
    download.value.save_as(file)
    assert json.loads(file.read_bytes())["organization"] == str(shop.organization.uuid)
    page.goto(f"{live_server.url}/team/organization/delete/")
    expect(page.get_by_text("Ends at once")).to_be_visible()
    look(page, "delete")
    page.get_by_label(re.compile("^Type the name")).fill("Oakline Studio")
    page.get_by_role("button", name="Delete Oakline Studio").click()
    expect(page.get_by_text("Oakline Studio is deleted. Nothing will be charged any more.")).to_be_visible()

    assert Organization.objects.get(pk=shop.organization.pk).erased_at is not None
    assert client().v1.customers.list()["data"] == []


def test_a_person_says_again_who_they_are_before_the_account_is_deleted(page: Page, live_server, shop: Shop) -> None:
    password = "correct horse battery"  # noqa: S105
    member = MembershipFactory(organization=shop.organization, role="member").user
    member.set_password(password)
    member.save()
    shop.owner = member
    sign_in(page, shop, live_server.url)

    page.goto(f"{live_server.url}/accounts/profile/")
    page.get_by_role("link", name="Delete your account").click()
    page.get_by_label("Password").fill(password)
    page.get_by_role("button").last.click()
    look(page, "delete-account")
    page.get_by_label(re.compile("^Type your e-mail")).fill(member.email)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()

    member.refresh_from_db()
    assert not member.is_active
