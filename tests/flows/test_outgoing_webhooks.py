"""The pages of webhooks in a browser, wide and narrow, with axe and the content policy, and a program that hears."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.models import WebhookEndpoint
from billing.services.record_changed_states import record_changed_states
from billing.services.send_webhooks import send_due_webhooks
from tests.billing.factories import NOW
from tests.billing.receiver import receiving
from tests.billing.situations import put_catalogue_on_sale
from tests.factories import MembershipFactory
from tests.flows.looking import look, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_program_is_told_and_its_log_shows_it(page: Page, live_server) -> None:
    put_catalogue_on_sale()
    alice = MembershipFactory(organization__name="Oakline Studio", user__full_name="Alice Nguyen")
    sign_in_as(page, alice.user, live_server.url)

    with receiving() as receiver:
        page.goto(f"{live_server.url}/team/")
        page.get_by_role("link", name="Webhooks").click()
        expect(page.get_by_text("No address yet")).to_be_visible()
        page.get_by_role("textbox", name="Address").fill(receiver.url)
        page.get_by_label("Name").fill("Our CRM")
        page.get_by_label("An invoice is paid").check()
        look(page, "outgoing-empty")
        page.get_by_role("button", name="Add the address").click()
        secret = page.get_by_role("textbox", name="Secret").input_value()
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
        look(page, "outgoing-secret")
        page.get_by_role("link", name="I have copied it").click()
        page.get_by_role("button", name="Send a test").click()
        record_changed_states(NOW)
        receiver.answers = lambda number: 503 if number == 1 else 200
        send_due_webhooks(timezone.now())
        page.reload()
        expect(page.get_by_role("cell", name="503")).to_be_visible()
        look(page, "outgoing-delivery")
        page.get_by_role("link", name="Our CRM").click()
        look(page, "outgoing-failing")
        WebhookEndpoint.objects.update(disabled_at=timezone.now(), disabled_reason="failures", failures_in_a_row=11)
        page.get_by_role("link", name="Webhooks", exact=True).click()
        look(page, "outgoing-list")
        page.get_by_role("link", name="See what came back").click()
        look(page, "outgoing-off")
        page.get_by_role("button", name="Switch it on").click()
        send_due_webhooks(timezone.now())
        page.reload()
        expect(page.get_by_text("Arrived").first).to_be_visible()
        page.get_by_role("link", name="Replace the secret").click()
        look(page, "outgoing-rotate")

    assert [got.verified(secret)["type"] for got in receiver.got] == ["webhook.test"] * 2 + ["customer.state_changed"]
