"""Staff's side of dunning in a browser, wide and narrow: the queue, a case, its questions, a policy, the report."""

import json

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from billing.models import DunningPolicy
from billing.rules.dunning.policy import STANDARD_BODY
from tests.billing.admin.rows_of_dunning import case as made_up_case
from tests.billing.conftest import shop
from tests.billing.pursuit import new_card, pursue
from tests.billing.services.staff_wishes import rested_case
from tests.billing.shop import Shop
from tests.flows.looking import look

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, address: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("staff@example.com", "correct horse battery", full_name="Sam"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])


def test_a_case_is_looked_at_and_tried_from_its_page(page: Page, live_server, shop: Shop) -> None:
    case = rested_case(shop, "pm_card_chargeCustomerFail")
    made_up_case(7, state="conflict", due_at=None, amount_minor=1234500, deadline_at=case.deadline_at)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/")
    look(page, "desk-front")
    page.goto(f"{live_server.url}/admin/billing/dunningcase/")
    look(page, "desk-queue")
    for name in ("hold", "extend", "forgive"):
        page.goto(f"{live_server.url}/admin/billing/dunningcase/{case.pk}/{name}/")
        look(page, f"desk-{name}")
    page.goto(f"{live_server.url}/admin/billing/dunningcase/{case.pk}/retry/")
    look(page, "desk-retry")
    page.get_by_label("Reason").fill("The customer says that there is money now")
    page.get_by_role("button", name="Try it now").click()

    expect(page.get_by_text("The try is recorded, and goes to Stripe")).to_be_visible()
    pursue(shop)
    page.reload()
    expect(page.get_by_text("The try was sent to Stripe")).to_be_visible()
    look(page, "desk-case")


def test_a_policy_is_previewed_saved_and_chosen_by_a_rule(
    page: Page, live_server, shop: Shop, browser_faults: list[str]
) -> None:
    rested_case(shop, "pm_card_chargeCustomerFail")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/billing/dunningpolicy/new-version/")
    look(page, "desk-policy")
    page.get_by_label("Body").fill(json.dumps({**STANDARD_BODY, "max_30d": 99, "final_action": "pause"}, indent=2))
    page.get_by_role("button", name="Preview").click()
    look(page, "desk-policy-refused")
    assert [fault for fault in browser_faults if "400" not in fault] == []
    browser_faults.clear()
    page.get_by_label("Key").fill("patient")
    page.get_by_label("Body").fill(json.dumps({**STANDARD_BODY, "deadline_days": 28, "max_retries": 0}, indent=2))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("cell", name="Tried no more")).to_be_visible()
    look(page, "desk-policy-preview")
    page.get_by_role("button", name="Save as the next version").click()

    expect(page.get_by_text("Saved as patient v1.")).to_be_visible()
    look(page, "desk-policy-saved")
    assert DunningPolicy.objects.get(key="patient").body["deadline_days"] == 28
    page.goto(f"{live_server.url}/admin/billing/dunningrule/rules/")
    page.get_by_label("Policy").fill("patient")
    page.get_by_label("Country").fill("de")
    look(page, "desk-rules")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("Saved: 1 rule.")).to_be_visible()


def test_the_report_tells_what_came_back(page: Page, live_server, shop: Shop) -> None:
    case = rested_case(shop, "pm_card_chargeCustomerFail")
    new_card(shop, shop.look_at(shop.organization.subscriptions.get()))
    pursue(shop)
    case.refresh_from_db()
    assert case.state == "recovered"
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/billing/dunningcase/report/")

    expect(page.get_by_text("€128.00").first).to_be_visible()
    look(page, "desk-report")
