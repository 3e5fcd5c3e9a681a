"""D15: in any order of drafts, stagings, answers, webhooks and late hours nothing is sent twice or late."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from billing.errors import BillingError
from billing.gateway.client import client
from billing.models import Dispute, EvidenceSubmission
from billing.services.decide_evidence import approve_evidence, reject_evidence
from billing.services.stage_evidence import stage_evidence
from billing.services.submit_evidence import submit_evidence
from tests.flows.evidence.desk import Desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Step = Callable[[Desk, Dispute], object]


def _submit(desk: Desk, dispute: Dispute) -> None:
    submit_evidence(dispute.pk, wish=desk.wish(dispute))


def _silent_submit(desk: Desk, dispute: Dispute) -> None:
    path = f"/v1/disputes/{dispute.stripe_dispute_id}"
    desk.sandbox.fault("timeout_after_commit", times=2, match={"method": "POST", "path": path})
    try:
        _submit(desk, dispute)
    finally:
        desk.sandbox.ask("DELETE", "/_sandbox/faults")


def _newest(dispute: Dispute) -> int:
    return EvidenceSubmission.objects.filter(dispute=dispute).latest("pk").pk


STEPS: dict[str, Step] = {
    "draft": lambda desk, dispute: desk.draft(dispute),
    "stage": lambda desk, dispute: stage_evidence(dispute.pk, wish=desk.wish(dispute)),
    "submit": _submit,
    "silent submit": _silent_submit,
    "approve": lambda desk, dispute: approve_evidence(_newest(dispute), wish=desk.wish(dispute, actor=desk.kim)),
    "own approval": lambda desk, dispute: approve_evidence(_newest(dispute), wish=desk.wish(dispute)),
    "reject": lambda desk, dispute: reject_evidence(_newest(dispute), wish=desk.wish(dispute, actor=desk.kim)),
    "sweep": lambda desk, dispute: desk.resume(),
    "webhook": lambda desk, dispute: desk.look(dispute.stripe_dispute_id),
    "late": lambda desk, dispute: desk.sandbox.advance("P21D"),
}


def test_nothing_is_sent_twice_or_late_or_by_a_draft(sandbox, quick_commits, settings) -> None:
    desk = Desk(sandbox)

    @how(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=9), st.booleans(), st.booleans())
    def live(steps: list[str], is_large: bool, is_inquiry: bool) -> None:
        settings.DISPUTE_SECOND_PERSON_ABOVE = 10 if is_large else 1000
        dispute = desk.contested(inquiry=is_inquiry)
        for step in ["draft", *steps]:
            before = at_stripe(dispute)
            with suppress(BillingError, EvidenceSubmission.DoesNotExist):
                STEPS[step](desk, dispute)
            after = at_stripe(dispute)
            may_send = "submit" in step or step in ("approve", "sweep")
            assert after == before or may_send, f"{step} in {steps} handed it in"
            assert after == before or not is_late(dispute), f"{step} in {steps} came too late"
        desk.settle()
        assert desk.faults_of(dispute) == [], steps

    live()


def at_stripe(dispute: Dispute) -> int:
    found = client().v1.disputes.retrieve(dispute.stripe_dispute_id)
    return int(found["evidence_details"]["submission_count"])


def is_late(dispute: Dispute) -> bool:
    found = client().v1.disputes.retrieve(dispute.stripe_dispute_id)
    return bool(found["evidence_details"]["past_due"])


def test_the_harness_sees_a_second_submission(sandbox, quick_commits) -> None:
    """What it looks for would be seen: a planted second call, past our rows."""
    desk = Desk(sandbox)
    dispute = desk.contested()
    desk.draft(dispute)
    _submit(desk, dispute)
    client().v1.disputes.update(dispute.stripe_dispute_id, params={"evidence": {"customer_name": "x"}})

    assert "handed in 2 times" in desk.faults_of(dispute)
