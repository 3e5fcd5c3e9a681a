"""Worker processes are killed while Stripe takes an answer in: it is handed in once, and rows learn of it."""

import random
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from billing import clock
from billing.models import EvidenceFile, EvidenceSubmission
from billing.services.submit_evidence import submit_evidence
from billing.tasks import sweep
from tests.flows.dunning.crashing import ENTERED, Crash, Crasher, Point
from tests.flows.dunning.worker import end_waits
from tests.flows.evidence.desk import Desk, kills
from tests.webhooks.fault_matrix.programs import Program

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(1800)]
_STRIPE_WORKS_SECONDS = 1.5
_PATIENCE_SECONDS = 120.0
_WHILE_WORKING = random.Random(7)
_RECORDED = Point("after the recording", "billing.disputework.carrying", "carry_out", ENTERED)


def test_a_worker_killed_while_evidence_is_handed_in(sandbox, quick_commits, tmp_path: Path) -> None:
    desk, crasher = Desk(sandbox), Crasher()
    line = {"STRIPE_SANDBOX_URL": settings.STRIPE_API_BASE, "CELERY_BROKER_URL": settings.CELERY_BROKER_URL}

    for _ in range(kills()):
        dispute = desk.contested()
        desk.draft(dispute)
        crasher.arm([_RECORDED])
        with crasher.watching(), suppress(Crash):
            submit_evidence(dispute.pk, wish=desk.wish(dispute))
        EvidenceSubmission.objects.update(recorded_at=clock.system_now() - timedelta(minutes=2))
        path = f"/v1/disputes/{dispute.stripe_dispute_id}"
        sandbox.fault("latency", seconds=_STRIPE_WORKS_SECONDS, match={"method": "POST", "path": path})
        worker = Program("worker", folder=tmp_path, **line)
        worker.start()
        try:
            sweep.delay()
            _await_upload(worker)
            time.sleep(_WHILE_WORKING.uniform(0, 1.4 * _STRIPE_WORKS_SECONDS))
        finally:
            worker.kill()
        time.sleep(_STRIPE_WORKS_SECONDS)  # Stripe does what it was asked for, whoever is there to hear of it.
        end_waits(has_died=True)
        desk.settle()

        assert desk.faults_of(dispute) == []
        assert EvidenceSubmission.objects.get(dispute=dispute).state == "succeeded"


def _await_upload(worker: Program) -> None:
    """The file goes up just before the answer does."""
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while EvidenceFile.objects.filter(stripe_file_id="").exists():
        assert time.monotonic() < ends_at, worker.log.read_text()[-3000:]
        time.sleep(0.02)
