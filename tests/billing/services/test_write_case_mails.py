"""Mails of a case are bound to its state: each step once, late ones held back, and nothing after it is settled."""

from datetime import timedelta

import pytest

from accounts.models import Organization
from billing.models import DunningCase, DunningPolicy, Invoice, Notice
from billing.rules.dunning.policy import sha256_of
from billing.services.end_dunning import send_last_notices
from billing.services.follow_dunning import close_case_of_invoice
from billing.services.send_notices import send_due_notices
from billing.services.write_case_mails import write_case_mails
from billing.terms import ObjectKind
from tests.billing.case_mails import decline, fail, fall_due
from tests.billing.factories import NOW
from tests.billing.mail_causes import DAY, moved
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
DELAYED = "new_account_information_available"


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory(email="books@oakline.example")


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def settle(case: DunningCase, status: str) -> None:
    Invoice.objects.update(status=status, amount_remaining_minor=0)
    close_case_of_invoice(moved(ObjectKind.INVOICE, case.stripe_invoice_id, status), now=NOW)


def test_a_step_is_written_once_however_often_it_is_asked(organization) -> None:
    case = fail(organization, "insufficient_funds")
    DunningCase.objects.update(message_due_at=NOW)

    write_case_mails(NOW)
    write_case_mails(NOW)

    assert [notice.key for notice in Notice.objects.all()] == [f"dunning:{case.uuid}:failed"]


def test_a_further_decline_that_is_tried_again_says_nothing_new(organization) -> None:
    case = fail(organization, "insufficient_funds")

    decline(Invoice.objects.get(), "insufficient_funds", at=NOW + 7 * DAY)
    write_case_mails(NOW + 7 * DAY)

    case.refresh_from_db()
    assert (case.state, kinds()) == ("waiting", ["payment_failed_funds"])


def test_a_first_passing_failure_is_silent_and_the_second_is_told(organization) -> None:
    fail(organization, "do_not_honor")
    assert kinds() == []

    decline(Invoice.objects.get(), "do_not_honor", at=NOW + 3 * DAY)
    write_case_mails(NOW + 3 * DAY)

    assert kinds() == ["payment_failed_retrying"]


@pytest.mark.parametrize("code", ["duplicate_transaction", "testmode_decline"])
def test_what_may_be_our_fault_is_not_told_to_the_customer(organization, code: str) -> None:
    fail(organization, code)

    assert kinds() == []


def test_a_policy_may_leave_a_mail_out(organization) -> None:
    case = decline(fall_due(organization), "do_not_honor")
    body = {**case.policy.body, "messages": {**case.policy.body["messages"], "retrying": "none"}}
    silent = DunningPolicy.objects.create(key="silent", version=1, body=body, sha256=sha256_of(body))
    DunningCase.objects.update(policy=silent)

    decline(Invoice.objects.get(), "do_not_honor", at=NOW + 3 * DAY)
    write_case_mails(NOW + 3 * DAY)

    assert kinds() == []


def test_a_delayed_mail_comes_when_its_time_is_over(organization) -> None:
    fail(organization, DELAYED)
    write_case_mails(NOW + timedelta(hours=71))
    assert kinds() == []

    write_case_mails(NOW + timedelta(hours=72))

    assert kinds() == ["payment_failed_generic"]


@pytest.mark.parametrize("status", ["paid", "void", "uncollectible"])
def test_nothing_is_told_of_what_was_settled_meanwhile(organization, status: str) -> None:
    settle(fail(organization, DELAYED), status)

    write_case_mails(NOW + timedelta(hours=72))

    assert kinds() == []


def test_nothing_is_told_of_a_payment_whose_reaction_is_still_on_its_way(organization) -> None:
    fail(organization, DELAYED)
    Invoice.objects.update(status="paid")

    write_case_mails(NOW + timedelta(hours=72))

    assert kinds() == []


@pytest.mark.parametrize("status", ["paid", "void", "uncollectible"])
def test_a_mail_that_still_waits_in_the_outbox_lapses(organization, status: str, mailoutbox) -> None:
    settle(fail(organization, "insufficient_funds"), status)

    send_due_notices(NOW)

    assert Notice.objects.get().state == Notice.State.EXPIRED
    assert mailoutbox == []


def test_a_harder_reason_takes_the_place_of_a_mail_that_still_waits(organization) -> None:
    fail(organization, DELAYED)

    decline(Invoice.objects.get(), "expired_card", at=NOW + DAY, card_fingerprint="fp_2")
    write_case_mails(NOW + DAY)
    write_case_mails(NOW + 4 * DAY)

    assert kinds() == ["payment_failed_expired"]


def test_the_last_notice_is_written_once_and_not_about_a_paid_invoice(organization) -> None:
    case = fail(organization, "insufficient_funds")
    at = case.deadline_at - timedelta(hours=72)
    Invoice.objects.update(status="paid")
    assert send_last_notices(at) == 0
    Invoice.objects.update(status="open")

    assert [send_last_notices(at), send_last_notices(at)] == [1, 0]

    assert Notice.objects.filter(key=f"dunning:{case.uuid}:last_notice").count() == 1


def test_while_stripe_collects_its_own_next_try_is_named(organization, settings) -> None:
    settings.DUNNING_COLLECTOR = "observe"
    invoice = fall_due(organization, next_payment_attempt_at=NOW + 5 * DAY)

    case = decline(invoice, "insufficient_funds")
    write_case_mails(NOW)

    text = Notice.objects.get().content.text
    assert case.collector == "observe"
    assert "We try again on 26 Nov 2026" in text
    assert "ends on" not in text


def test_while_stripe_collects_the_end_of_its_tries_is_told(organization, settings) -> None:
    settings.DUNNING_COLLECTOR = "observe"
    decline(fall_due(organization, next_payment_attempt_at=NOW + 5 * DAY), "insufficient_funds")
    write_case_mails(NOW)
    Invoice.objects.update(next_payment_attempt_at=None)

    decline(Invoice.objects.get(), "insufficient_funds", at=NOW + 5 * DAY)
    write_case_mails(NOW + 5 * DAY)

    assert kinds() == ["payment_failed_funds", "payment_only_you"]
