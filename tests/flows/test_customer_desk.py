"""A customer's page in a browser, wide and narrow: found by e-mail, read, and a note written."""

import pytest
from playwright.sync_api import Page, expect

from tests.billing.busy_customer import busy_customer
from tests.factories import OrganizationFactory
from tests.flows.looking import look
from tests.flows.test_dunning_desk import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_customer_is_found_by_mail_read_and_a_note_written(page: Page, live_server) -> None:
    organization = busy_customer(rows=10)
    OrganizationFactory(name="Oakwood Press", email="press@oakwood.example")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/")
    look(page, "customer-front")
    page.get_by_label("Find a customer", exact=True).fill("oak")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Oakwood Press")).to_be_visible()
    look(page, "customer-search")
    page.get_by_label("Find a customer", exact=True).fill("books@oakline.example")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url(f"{live_server.url}/admin/billing/customer/of/{organization.pk}/")
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("raised the seats to 3")).to_be_visible()
    look(page, "customer-page")
    page.get_by_role("link", name="Explain a feature").click()
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    look(page, "customer-why")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Write a note").click()
    look(page, "customer-note")
    page.get_by_label("Note").fill("They want to pay by bank transfer from January")
    page.get_by_role("button", name="Keep the note").click()

    expect(page.get_by_text("They want to pay by bank transfer from January")).to_be_visible()
