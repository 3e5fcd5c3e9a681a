"""Disputes without subscriptions, quickly made, and what Stripe and our rows say of their answers afterwards."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.models import User
from billing import clock
from billing.disputework import DisputeWish
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Dispute, EvidenceDraft, EvidenceSubmission
from billing.services.resume_evidence import resume_evidence
from billing.services.save_evidence_draft import NewFile, save_evidence_draft
from billing.terms import ObjectKind
from tests.factories import UserFactory
from tests.sandbox_fixture import Sandbox

_FEW_CRASHES, _FEW_KILLS = 8, 1
PAPER = NewFile("receipt", "receipt.png", b"\x89PNG\r\n\x1a\n a picture")


def crashes() -> int:
    """How many crashes are lived through, as EVIDENCE_CRASHES says."""
    return int(os.environ.get("EVIDENCE_CRASHES", str(_FEW_CRASHES)))


def kills() -> int:
    """How many processes are killed."""
    return int(os.environ.get("EVIDENCE_KILLS", str(_FEW_KILLS)))


@dataclass
class Desk:
    """Stripe takes evidence any number of times here, so that only our own care keeps it to one."""

    sandbox: Sandbox
    sam: User = field(init=False)
    kim: User = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox.ask("POST", "/_sandbox/settings", {"allow_resubmit": True})
        self.sam, self.kim = UserFactory(is_staff=True), UserFactory(is_staff=True)
        clock.reread()

    def contested(self, **how: Any) -> Dispute:
        """A new charge that its bank contests, looked at; nothing else is known of it."""
        values = {"amount": 4800, "currency": "eur", "payment_method_types": ["card"], "confirm": True}
        made = client().v1.payment_intents.create(params={**values, "payment_method": "pm_card_visa"})
        found = self.sandbox.ask("POST", "/_sandbox/disputes", {"charge": made["latest_charge"], **how})
        return self.look(str(found["id"]))

    def look(self, stripe_dispute_id: str) -> Dispute:
        refresh(ObjectRef(ObjectKind.DISPUTE, stripe_dispute_id))
        return Dispute.objects.get(stripe_dispute_id=stripe_dispute_id)

    def wish(self, dispute: Dispute, *, actor: User | None = None) -> DisputeWish:
        return DisputeWish(
            actor=actor or self.sam,
            request_key=uuid4(),
            now=clock.business_now(),
            typed_id=dispute.stripe_dispute_id,
        )

    def draft(self, dispute: Dispute, text: str = "They used it") -> None:
        found = EvidenceDraft.objects.filter(dispute=dispute).first()
        save_evidence_draft(
            dispute.pk,
            texts={"uncategorized_text": text},
            files=[PAPER],
            version=found.version if found else 0,
            wish=self.wish(dispute),
        )

    def resume(self) -> None:
        """The sweep, as if a minute had passed."""
        EvidenceSubmission.objects.filter(state="recorded").update(
            recorded_at=clock.system_now() - timedelta(minutes=2)
        )
        resume_evidence(clock.business_now())

    def settle(self, *, rounds: int = 4) -> None:
        """Whatever is on its way comes to its end."""
        self.sandbox.ask("DELETE", "/_sandbox/faults")
        for _ in range(rounds):
            self.resume()

    def faults_of(self, dispute: Dispute) -> list[str]:
        """What Stripe and our rows contradict each other in, or what was done twice (D15)."""
        found = client().v1.disputes.retrieve(dispute.stripe_dispute_id)
        count = int(found["evidence_details"]["submission_count"])
        rows = EvidenceSubmission.objects.filter(dispute=dispute)
        done = list(rows.filter(kind="submit", state="succeeded"))
        faults = []
        if count > 1:
            faults.append(f"handed in {count} times")
        if rows.filter(state="recorded").exists():
            faults.append("an answer is left on its way")
        if len(done) != count:
            faults.append(f"{len(done)} rows say that it was handed in, Stripe says {count}")
        if done and found["metadata"].get("evidence_submission") != str(done[0].uuid):
            faults.append("another submission was handed in than the row says")
        if count and found["evidence"]["uncategorized_text"] != done[0].texts["uncategorized_text"]:
            faults.append("another text was handed in than was frozen")
        if found["status"] == "lost" and count == 0:
            accepted = rows.filter(kind="accept", state="succeeded").exists()
            if not accepted and not found["evidence_details"]["past_due"]:
                faults.append("a loss that no row knows")
        return faults
