"""Staff answer a dispute from its page: each right is its own, and what is final is typed."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.clock import business_now
from billing.models import Dispute, EvidenceDraft, EvidenceFile, EvidenceSubmission
from tests.billing.admin.mirrored_rows import dispute as made_up
from tests.billing.disputing import at_stripe, contested, draft
from tests.billing.shop import Shop
from tests.factories import UserFactory

KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')
RIGHTS = {
    "answer": "draft_dispute",
    "submit": "submit_dispute",
    "approve": "approve_dispute",
    "reject": "approve_dispute",
    "accept": "accept_dispute",
    "document": "draft_dispute",
}


def page(dispute: Dispute, name: str) -> str:
    return f"/admin/billing/dispute/{dispute.pk}/{name}/"


def send(staff: Client, address: str, **fields: object) -> str:
    key = KEY.findall(staff.get(address).content.decode())[0]
    return staff.post(address, {"request_key": key, **fields}, follow=True).content.decode()


def with_rights(*codenames: str) -> Client:
    person = UserFactory(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_dispute", *codenames]))
    client = Client()
    client.force_login(person)
    return client


def due(dispute: Dispute, days: float = 5) -> Dispute:
    Dispute.objects.filter(pk=dispute.pk).update(evidence_due_at=business_now() + timedelta(days=days))
    return Dispute.objects.get(pk=dispute.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "right"), RIGHTS.items())
def test_without_the_right_even_a_form_sent_straight_is_refused(name: str, right: str) -> None:
    dispute = due(made_up(1))
    others = [other for other in RIGHTS.values() if other != right]

    refused = with_rights(*others).post(page(dispute, name), {"typed_id": dispute.stripe_dispute_id})

    assert refused.status_code == 403
    assert not EvidenceSubmission.objects.exists()
    assert not EvidenceDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_dispute_is_answered_from_its_page(shop: Shop, staff: Client, superuser: User, settings) -> None:
    settings.REFUND_POLICY = "No refunds after 14 days."
    dispute = contested(shop, reason="credit_not_processed")
    filled = send(staff, page(dispute, "answer"), do="fill")
    assert "Why no refund is due has to be written by a person." in filled
    assert "Refund refusal explanation is empty." in filled
    saved = EvidenceDraft.objects.get()
    texts = {**saved.texts, "refund_refusal_explanation": "It was used all month"}
    assert "Nothing of it was sent." in send(
        staff, page(dispute, "answer"), do="save", version=saved.version, **texts
    )
    assert "not handed in" in send(staff, page(dispute, "answer"), do="stage")
    assert at_stripe(dispute)["status"] == "needs_response"

    asked = staff.get(page(dispute, "submit")).content.decode()
    wrong = send(staff, page(dispute, "submit"), typed_id="dp_wrong")
    assert ("It was used all month" in asked, "one time only" in asked) == (True, True)
    assert "This is not the id of the dispute." in wrong
    assert at_stripe(dispute)["status"] == "needs_response"
    said = send(staff, page(dispute, "submit"), typed_id=dispute.stripe_dispute_id)

    assert "The answer is handed in to the bank." in said
    assert at_stripe(dispute)["evidence"]["refund_refusal_explanation"] == "It was used all month"
    paper = staff.get(page(dispute, "document"))
    assert paper.content.startswith(b"%PDF")
    assert EvidenceSubmission.objects.get(kind="submit").requested_by == superuser


@pytest.mark.django_db(transaction=True)
def test_above_the_sum_another_person_sees_what_was_frozen_and_approves(shop: Shop, staff: Client, settings) -> None:
    settings.DISPUTE_SECOND_PERSON_ABOVE = 1
    dispute = contested(shop)
    draft(shop, dispute)
    said = send(staff, page(dispute, "submit"), typed_id=dispute.stripe_dispute_id)
    assert "waits for a second person" in said
    assert "second_person_needed" in send(staff, page(dispute, "approve"))
    other = with_rights("approve_dispute")

    assert "They used it all month" in other.get(page(dispute, "approve")).content.decode()
    assert "Approved, and done at Stripe." in send(other, page(dispute, "approve"))

    assert at_stripe(dispute)["status"] == "under_review"


@pytest.mark.django_db
def test_the_queue_is_sorted_by_deadline_with_a_light(staff: Client) -> None:
    rows = [made_up(number) for number in range(1, 6)]
    for row, days in zip(rows, (9, 2, 5, 1, 1), strict=True):
        due(row, days)
    Dispute.objects.filter(pk=rows[3].pk).update(status="won")
    Dispute.objects.filter(pk=rows[4].pk).update(status="warning_needs_response")

    listed = staff.get("/admin/billing/dispute/").context["cl"].result_list
    awaited = staff.get("/admin/billing/dispute/?awaits=3").context["cl"].result_list
    inquiries = staff.get("/admin/billing/dispute/?kind=inquiry").context["cl"].result_list

    assert [row.pk for row in listed] == [rows[at].pk for at in (4, 1, 2, 0, 3)]
    assert {row.pk for row in awaited} == {rows[1].pk, rows[4].pk}
    assert [row.pk for row in inquiries] == [rows[4].pk]
    text = staff.get("/admin/billing/dispute/").content.decode()
    assert all(words in text for words in ("23 h left", "1 d left", "8 d left", "No answer awaited", "Inquiry"))


@pytest.mark.django_db
def test_a_draft_that_somebody_else_saved_is_not_overwritten_and_a_big_file_is_refused(staff: Client) -> None:
    dispute = due(made_up(1))
    EvidenceDraft.objects.create(dispute=dispute, texts={"customer_name": "Theirs"}, version=3)

    assert "draft_changed" in send(staff, page(dispute, "answer"), do="save", version=2, customer_name="Mine")
    long = send(staff, page(dispute, "answer"), do="save", version=3, uncategorized_text="x" * 20_001)

    assert "uncategorized_text has 20,001 characters; 20,000 are allowed." in long
    assert "x" * 20_001 in long
    assert EvidenceDraft.objects.get().texts == {"customer_name": "Theirs"}
    assert not EvidenceFile.objects.exists()


@pytest.mark.django_db
def test_the_report_says_what_was_won_by_reason(staff: Client) -> None:
    for number, status in enumerate(["won", "won", "won", "lost", "needs_response"]):
        Dispute.objects.filter(pk=made_up(number).pk).update(status=status, livemode=False)

    lines = staff.get("/admin/billing/dispute/report/").context["lines"]

    assert lines == [("Fraudulent", [5, 1, 0, 3, 1, "75%"])]
