"""Disputes in a browser, wide and narrow: from the queue to a submitted pack, and a loss that closes access."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import SignIn
from billing import clock
from billing.models import CancelRequest, Dispute
from billing.services.cancel_now import resume_cancellations_now
from tests.billing.admin.mirrored_rows import dispute as made_up
from tests.billing.conftest import shop
from tests.billing.disputing import at_stripe, contested
from tests.billing.shop import Shop
from tests.flows.looking import look
from tests.flows.looking import sign_in as sign_in_owner
from tests.flows.test_dunning_desk import sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def others_in_the_queue(shop: Shop) -> None:
    for number, (days, changed) in enumerate(
        [(2, {}), (5, {"status": "warning_needs_response"}), (30, {"status": "lost"}), (12, {"reason": "duplicate"})]
    ):
        row = made_up(number)
        Dispute.objects.filter(pk=row.pk).update(evidence_due_at=shop.now + timedelta(days=days), **changed)


def test_a_dispute_goes_from_the_queue_to_a_submitted_pack(
    page: Page, live_server, shop: Shop, settings, browser_faults: list[str]
) -> None:
    settings.CANCELLATION_POLICY = "Cancel any time: the plan ends with the period that is paid."
    dispute = contested(shop, reason="subscription_canceled")
    SignIn.objects.create(user=shop.owner, ip_address="192.0.2.9", user_agent="Firefox 145", created_at=shop.now)
    others_in_the_queue(shop)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/")
    look(page, "dispute-front")
    page.goto(f"{live_server.url}/admin/billing/dispute/?awaits=yes")
    look(page, "dispute-queue")
    page.goto(f"{live_server.url}/admin/billing/dispute/{dispute.pk}/change/")
    look(page, "dispute-case")
    page.goto(f"{live_server.url}/admin/billing/dispute/{dispute.pk}/answer/")
    page.get_by_role("button", name="Fill from our records").click()
    expect(page.get_by_text("Filled from our records.")).to_be_visible()
    page.get_by_label("Cancellation rebuttal").fill("Nobody asked for an end before the charge. See the log.")
    page.get_by_role("button", name="Save the draft here").click()
    expect(page.get_by_text("Nothing of it was sent.")).to_be_visible()
    look(page, "dispute-answer")
    page.goto(f"{live_server.url}/admin/billing/dispute/{dispute.pk}/submit/")
    look(page, "dispute-submit")
    page.get_by_label("Id of the dispute").fill(dispute.stripe_dispute_id)
    page.get_by_role("button", name="Submit once").click()

    expect(page.get_by_text("The answer is handed in to the bank.")).to_be_visible()
    look(page, "dispute-submitted")
    found = at_stripe(dispute)
    assert found["status"] == "under_review"
    assert found["evidence"]["cancellation_rebuttal"].startswith("Nobody asked for an end")
    assert found["evidence"]["uncategorized_file"].startswith("file_")
    page.goto(f"{live_server.url}/admin/billing/dispute/report/")
    look(page, "dispute-report")


def test_an_accepted_loss_closes_access(page: Page, live_server, shop: Shop) -> None:
    dispute = contested(shop)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/billing/dispute/{dispute.pk}/accept/")
    look(page, "dispute-accept")
    page.get_by_label("Id of the dispute").fill(dispute.stripe_dispute_id)
    page.get_by_role("button", name="Accept the loss").click()
    expect(page.get_by_text("The loss is accepted.")).to_be_visible()

    shop.work_off()
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_cancellations_now(clock.system_now())
    shop.work_off()

    page.context.clear_cookies()
    sign_in_owner(page, shop, live_server.url)
    page.goto(f"{live_server.url}/billing/")
    expect(page.get_by_role("heading", name="Scale ended on")).to_be_visible()
    look(page, "dispute-access-closed")
