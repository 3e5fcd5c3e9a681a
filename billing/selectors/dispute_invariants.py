"""What must never be so of disputes: an answer that does not get on, or two final ones. Reads only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from billing.models import EvidenceSubmission
from billing.selectors.invariants import Invariant
from billing.terms import EvidenceState


def _recorded(now: datetime) -> Iterable[str]:
    late = EvidenceSubmission.objects.filter(
        state=EvidenceState.RECORDED.value, recorded_at__lt=now - timedelta(hours=1)
    )
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _waiting(now: datetime) -> Iterable[str]:
    late = EvidenceSubmission.objects.filter(
        state=EvidenceState.WAITING.value, created_at__lt=now - timedelta(days=2)
    )
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("evidence_recorded", "An answer to a dispute has reached Stripe within an hour.", _recorded),
    Invariant("evidence_waiting", "A second person decides on an answer within two days.", _waiting),
)
