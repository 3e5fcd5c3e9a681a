"""The process ends at a named point of an answer, and again while it goes on: handed in once, or not at all."""

import random
from contextlib import suppress

import pytest

from billing.errors import BillingError
from billing.models import Dispute, EvidenceSubmission
from billing.services.accept_dispute import accept_dispute
from billing.services.decide_evidence import approve_evidence
from billing.services.stage_evidence import stage_evidence
from billing.services.submit_evidence import submit_evidence
from tests.flows.dunning.crashing import ENTERED, LEFT, Crash, Crasher, Point
from tests.flows.evidence.desk import Desk, crashes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
_CARRY, _REQUESTS, _GATE = "billing.disputework.carrying", "billing.disputework.requests", "billing.gateway."
POINTS = (
    Point("inside the recording", _REQUESTS, "record", LEFT),
    Point("after the recording", _CARRY, "carry_out", ENTERED),
    Point("after the last look", _CARRY, "_look", LEFT),
    Point("before the upload", _GATE + "files", "upload_evidence", ENTERED),
    Point("after the upload", _GATE + "files", "upload_evidence", LEFT),
    Point("before the call", _GATE + "disputes", "submit", ENTERED),
    Point("after the call", _GATE + "disputes", "submit", LEFT),
    Point("before a staging", _GATE + "disputes", "stage", ENTERED),
    Point("after a staging", _GATE + "disputes", "stage", LEFT),
    Point("before an acceptance", _GATE + "disputes", "close", ENTERED),
    Point("after an acceptance", _GATE + "disputes", "close", LEFT),
    Point("before the end", _CARRY, "_close", ENTERED),
    Point("inside the end", _REQUESTS, "end", LEFT),
    Point("after the end", _CARRY, "_close", LEFT),
    Point("inside an approval", "billing.services.decide_evidence", "_note", LEFT),
)
_FAULTS = ("timeout_after_commit", "http_500_after_commit", "connection_reset")


def test_an_answer_is_handed_in_once_or_not_at_all_wherever_it_dies(sandbox, quick_commits, settings) -> None:
    desk, crasher, seed = Desk(sandbox), Crasher(), 0
    reached: set[str] = set()

    while len(crasher.deaths) < crashes():
        chance = random.Random(seed)
        seed += 1
        dispute = desk.contested()
        settings.DISPUTE_SECOND_PERSON_ABOVE = chance.choice([10, 1000])
        desk.draft(dispute, f"Story {seed}")
        # Each point is met sooner or later, whatever chance says.
        points = [POINTS[seed % len(POINTS)], *chance.sample(POINTS, 2)]
        for point in points:
            if chance.random() < 0.2:
                path = f"/v1/disputes/{dispute.stripe_dispute_id}"
                sandbox.fault(chance.choice(_FAULTS), times=2, match={"method": "POST", "path": path})
            crasher.arm([point])
            with crasher.watching(), suppress(Crash, BillingError):
                act(desk, dispute, chance, at=point)
            crasher.disarm()
        desk.settle()

        assert desk.faults_of(dispute) == [], f"seed {seed - 1}: {crasher.deaths[-3:]}"
        reached |= set(crasher.deaths)
    if crashes() >= 100:
        assert reached == {point.name for point in POINTS}


def act(desk: Desk, dispute: Dispute, chance: random.Random, *, at: Point) -> None:
    """Somebody goes on with it: by the page, by the approval, or by the sweep."""
    if "stag" in at.name:
        stage_evidence(dispute.pk, wish=desk.wish(dispute))
    waiting = EvidenceSubmission.objects.filter(dispute=dispute, state="waiting").first()
    if waiting is not None:
        approve_evidence(waiting.pk, wish=desk.wish(dispute, actor=desk.kim))
    elif EvidenceSubmission.objects.filter(dispute=dispute, state="recorded").exists() and chance.random() < 0.8:
        desk.resume()
    elif "acceptance" in at.name or chance.random() < 0.1:
        accept_dispute(dispute.pk, wish=desk.wish(dispute))
    else:
        submit_evidence(dispute.pk, wish=desk.wish(dispute))
