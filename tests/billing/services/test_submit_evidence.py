"""Evidence is handed in once or not at all, in time, and above a sum by two people."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from billing import clock
from billing.errors import (
    AnswerUnderWay,
    DisputeAnswered,
    DisputeNotAwaiting,
    DisputeUnknown,
    EvidenceEmpty,
    EvidenceTooLate,
    InvalidInput,
    NoAnswerPossible,
    NothingToApprove,
    SecondPersonIsTheFirst,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import AuditEntry, Dispute, EvidenceSubmission, StaffTask
from billing.services.accept_dispute import accept_dispute
from billing.services.decide_evidence import approve_evidence, reject_evidence
from billing.services.resume_evidence import resume_evidence
from billing.services.save_evidence_draft import NewFile
from billing.services.stage_evidence import stage_evidence
from billing.services.submit_evidence import submit_evidence
from tests.billing.disputing import at_stripe, contested, draft, look, staff_member, wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = NewFile("receipt", "receipt.png", b"\x89PNG\r\n\x1a\n a picture of it")


def later(shop: Shop) -> None:
    """The sweep leaves what is a moment old to the request that made it."""
    EvidenceSubmission.objects.update(recorded_at=clock.system_now() - timedelta(minutes=2))
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    resume_evidence(shop.now)


def submissions_at_stripe(dispute: Dispute) -> int:
    return int(at_stripe(dispute)["evidence_details"]["submission_count"])


def test_drafts_and_stagings_never_submit(shop: Shop) -> None:
    dispute = contested(shop)
    draft(shop, dispute, files=[PAPER])
    stage_evidence(dispute.pk, wish=wish(shop, dispute))
    draft(shop, dispute, {"product_description": "Another"})
    stage_evidence(dispute.pk, wish=wish(shop, dispute))

    found = at_stripe(dispute)
    assert (found["status"], found["evidence_details"]["submission_count"]) == ("needs_response", 0)
    assert found["evidence"]["product_description"] == "Another"
    assert not found["evidence"]["uncategorized_text"]
    assert found["evidence"]["receipt"].startswith("file_")


def test_the_draft_goes_to_the_bank_with_its_files(shop: Shop) -> None:
    dispute = contested(shop)
    draft(shop, dispute, files=[PAPER])

    done = submit_evidence(dispute.pk, wish=wish(shop, dispute))

    found = at_stripe(dispute)
    dispute.refresh_from_db()
    assert (done.state, dispute.status, dispute.submission_count) == ("succeeded", "under_review", 1)
    assert found["metadata"]["evidence_submission"] == str(done.uuid)
    assert client().v1.files.retrieve(found["evidence"]["receipt"])["purpose"] == "dispute_evidence"
    assert AuditEntry.objects.filter(action="evidence_submit").count() == 1
    with pytest.raises(DisputeNotAwaiting):
        submit_evidence(dispute.pk, wish=wish(shop, dispute))


def test_a_second_click_submits_once(shop: Shop) -> None:
    dispute = contested(shop)
    draft(shop, dispute)
    key = uuid4()

    for _ in range(2):
        submit_evidence(dispute.pk, wish=wish(shop, dispute, request_key=key))

    assert (submissions_at_stripe(dispute), EvidenceSubmission.objects.count()) == (1, 1)


def test_two_people_at_the_same_moment_submit_once(shop: Shop) -> None:
    dispute = contested(shop)
    draft(shop, dispute)
    wishes = [wish(shop, dispute, actor=staff_member(name)) for name in ("sam", "kim", "lee")]
    barrier, refused = threading.Barrier(len(wishes)), []

    def act(one) -> None:
        try:
            barrier.wait()
            submit_evidence(dispute.pk, wish=one)
        except (AnswerUnderWay, DisputeNotAwaiting, DisputeAnswered) as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(one,)) for one in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(refused), submissions_at_stripe(dispute)) == (2, 1)
    assert EvidenceSubmission.objects.filter(state="succeeded").count() == 1


@pytest.mark.parametrize("fault", ["timeout_after_commit", "http_500_after_commit", "connection_reset"])
def test_an_unknown_outcome_is_asked_of_stripe(shop: Shop, fault: str) -> None:
    dispute = contested(shop)
    draft(shop, dispute)
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    shop.sandbox.fault(fault, times=5, match={"method": "POST", "path": path})
    with pytest.raises(StripeUnreachable):
        submit_evidence(dispute.pk, wish=wish(shop, dispute))
    with pytest.raises(AnswerUnderWay):
        accept_dispute(dispute.pk, wish=wish(shop, dispute))

    later(shop)

    assert (EvidenceSubmission.objects.get().state, submissions_at_stripe(dispute)) == ("succeeded", 1)


def test_what_was_answered_in_the_dashboard_is_not_answered_again(shop: Shop) -> None:
    """Out of order: our copy still says that an answer is awaited."""
    dispute = contested(shop)
    draft(shop, dispute)
    client().v1.disputes.update(dispute.stripe_dispute_id, params={"evidence": {"customer_name": "Alice"}})

    with pytest.raises(DisputeNotAwaiting):
        submit_evidence(dispute.pk, wish=wish(shop, dispute))

    assert (EvidenceSubmission.objects.get().state, submissions_at_stripe(dispute)) == ("failed", 1)
    assert StaffTask.objects.filter(kind="evidence_failed").count() == 1
    dispute.refresh_from_db()
    assert dispute.status == "under_review"


def test_nothing_goes_out_after_the_deadline(shop: Shop) -> None:
    dispute = contested(shop, inquiry=True)
    draft(shop, dispute)
    shop.advance("P21D")

    with pytest.raises(EvidenceTooLate):
        submit_evidence(dispute.pk, wish=wish(shop, dispute))

    assert not EvidenceSubmission.objects.exists()


def test_what_was_cut_off_before_the_deadline_does_not_go_out_after_it(shop: Shop) -> None:
    dispute = contested(shop)
    draft(shop, dispute)
    shop.sandbox.fault("connection_reset", times=20, match={"path": f"/v1/disputes/{dispute.stripe_dispute_id}"})
    with pytest.raises(StripeUnreachable):
        submit_evidence(dispute.pk, wish=wish(shop, dispute))
    shop.advance("P21D")

    later(shop)

    assert (EvidenceSubmission.objects.get().state, submissions_at_stripe(dispute)) == ("failed", 0)


def test_the_wrong_id_an_empty_draft_and_strange_states_are_refused(shop: Shop) -> None:
    dispute = contested(shop)
    for error, changed in ((InvalidInput, {"typed_id": "dp_other"}), (EvidenceEmpty, {})):
        with pytest.raises(error):
            submit_evidence(dispute.pk, wish=wish(shop, dispute, **changed))
    draft(shop, dispute)
    for error, changed in (
        (NoAnswerPossible, {"evidence_due_at": None}),
        (DisputeUnknown, {"status": "appeal_needs_response"}),
    ):
        Dispute.objects.filter(pk=dispute.pk).update(**changed)
        with pytest.raises(error):
            submit_evidence(dispute.pk, wish=wish(shop, dispute))

    assert not EvidenceSubmission.objects.exists()


def test_above_the_sum_a_second_person_approves_what_was_frozen(shop: Shop, settings) -> None:
    settings.DISPUTE_SECOND_PERSON_ABOVE = 127
    dispute = contested(shop)
    draft(shop, dispute)
    asked = submit_evidence(dispute.pk, wish=wish(shop, dispute))
    draft(shop, dispute, {"product_description": "Written later"})
    assert (asked.state, submissions_at_stripe(dispute)) == ("waiting", 0)
    with pytest.raises(SecondPersonIsTheFirst):
        approve_evidence(asked.pk, wish=wish(shop, dispute))

    for _ in range(2):
        approve_evidence(asked.pk, wish=wish(shop, dispute, actor=staff_member("kim")))

    assert submissions_at_stripe(dispute) == 1
    assert at_stripe(dispute)["evidence"]["product_description"] == "A studio's bookings"


def test_what_was_not_approved_can_be_asked_for_again(shop: Shop, settings) -> None:
    settings.DISPUTE_SECOND_PERSON_ABOVE = 127
    dispute = contested(shop)
    first = accept_dispute(dispute.pk, wish=wish(shop, dispute))
    reject_evidence(first.pk, wish=wish(shop, dispute, actor=staff_member("kim")))
    with pytest.raises(NothingToApprove):
        approve_evidence(first.pk, wish=wish(shop, dispute, actor=staff_member("kim")))

    second = accept_dispute(dispute.pk, wish=wish(shop, dispute))
    approve_evidence(second.pk, wish=wish(shop, dispute, actor=staff_member("kim")))

    assert at_stripe(dispute)["status"] == "lost"


def test_an_inquiry_that_became_a_chargeback_is_answered_once_more(shop: Shop) -> None:
    dispute = contested(shop, inquiry=True)
    draft(shop, dispute)
    submit_evidence(dispute.pk, wish=wish(shop, dispute))
    shop.sandbox.ask("POST", "/_sandbox/disputes/escalate", {"dispute": dispute.stripe_dispute_id})
    look(shop, dispute.stripe_dispute_id)

    submit_evidence(dispute.pk, wish=wish(shop, dispute))

    assert at_stripe(dispute)["status"] == "under_review"
    assert sorted(EvidenceSubmission.objects.values_list("phase", flat=True)) == ["chargeback", "inquiry"]


def test_an_accepted_loss_is_final_and_an_inquiry_cannot_be_accepted(shop: Shop) -> None:
    dispute = contested(shop)

    accept_dispute(dispute.pk, wish=wish(shop, dispute))

    dispute.refresh_from_db()
    assert dispute.status == "lost"
    with pytest.raises(DisputeNotAwaiting):
        accept_dispute(dispute.pk, wish=wish(shop, dispute))
