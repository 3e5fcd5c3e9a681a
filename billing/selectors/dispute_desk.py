"""Reads what the staff's pages of disputes show besides the row: the queue's numbers, the report, the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from billing.models import ChargeAttempt, Dispute, EvidenceDraft, EvidenceFile, EvidenceSubmission
from billing.rules.dispute.deadline import AWAITING, RED_BELOW
from billing.terms import DisputeStatus, EvidenceState

AWAITING_STATES = [status.value for status in AWAITING]


@dataclass(frozen=True, slots=True)
class WaitingDisputes:
    """`to_answer` before their deadline, `soon` within three days, `to_approve` wait for a second person."""

    to_answer: int
    soon: int
    to_approve: int


def waiting_disputes(now: datetime) -> WaitingDisputes:
    """Two queries; `now` is business time."""
    rows = Dispute.objects.filter(status__in=AWAITING_STATES, submission_count=0, livemode=settings.STRIPE_LIVE_MODE)
    due = rows.filter(evidence_due_at__gt=now)
    found = due.aggregate(all=Count("pk"), soon=Count("pk", filter=Q(evidence_due_at__lt=now + RED_BELOW)))
    waiting = EvidenceSubmission.objects.filter(state=EvidenceState.WAITING.value).count()
    return WaitingDisputes(to_answer=found["all"], soon=found["soon"], to_approve=waiting)


def due_within(rows: QuerySet[Dispute], now: datetime, *, days: int) -> QuerySet[Dispute]:
    """Those that await an answer within so many days of business time."""
    return rows.filter(
        status__in=AWAITING_STATES, evidence_due_at__gt=now, evidence_due_at__lt=now + timedelta(days=days)
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How disputes of one reason ended."""

    reason: str
    opened: int
    waiting: int
    answered: int
    won: int
    lost: int

    @property
    def share(self) -> float | None:
        """Won, of won and lost."""
        ended = self.won + self.lost
        return self.won / ended if ended else None


def outcomes_by_reason() -> Sequence[Outcome]:
    """One query."""
    ours = Dispute.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    rows = ours.values("reason").annotate(
        opened=Count("pk"),
        waiting=Count("pk", filter=Q(status__in=AWAITING_STATES)),
        answered=Count("pk", filter=Q(submission_count__gt=0)),
        won=Count("pk", filter=Q(status=DisputeStatus.WON.value)),
        lost=Count("pk", filter=Q(status=DisputeStatus.LOST.value)),
    )
    return [Outcome(**row) for row in rows.order_by("-opened", "reason")]


def draft_of(dispute: Dispute) -> EvidenceDraft:
    """The stored draft, or an empty one that is not stored."""
    return EvidenceDraft.objects.filter(dispute=dispute).first() or EvidenceDraft(dispute=dispute)


def files_of(dispute: Dispute) -> dict[str, EvidenceFile]:
    """The present files by their fields, without their contents."""
    rows = EvidenceFile.objects.filter(dispute=dispute, is_current=True).defer("content")
    return {row.field: row for row in rows}


def waiting_of(dispute_id: str | int) -> EvidenceSubmission | None:
    """The final answer that waits for a second person."""
    rows = EvidenceSubmission.objects.filter(dispute_id=dispute_id, state=EvidenceState.WAITING.value)
    return rows.select_related("requested_by").first()


def names_of_files(submission: EvidenceSubmission) -> dict[str, str]:
    """By field, the names of the files that a submission sends."""
    found = {
        str(row.uuid): row for row in EvidenceFile.objects.filter(dispute=submission.dispute_id).defer("content")
    }
    return {
        field: f"{found[uuid].name} ({found[uuid].size_bytes:,} bytes)"
        for field, uuid in submission.files.items()
        if uuid in found
    }


def charges_around(dispute: Dispute, *, most: int = 10) -> Sequence[ChargeAttempt]:
    """Other charges of the same organization, the newest first."""
    rows = ChargeAttempt.objects.filter(organization=dispute.organization_id).exclude(
        stripe_charge_id=dispute.stripe_charge_id
    )
    return list(rows.order_by("-created_at")[:most]) if dispute.organization_id else []
