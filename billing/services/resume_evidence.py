"""Use case: go on with answers to disputes that a crash or Stripe's silence left open."""

from datetime import datetime, timedelta

from billing import clock, disputework, intents
from billing.models import EvidenceSubmission
from billing.terms import EvidenceState

_REST = timedelta(minutes=1)


def resume_evidence(now: datetime, *, seconds: float = 10.0) -> int:
    """Ask Stripe what became of each, and do what is still to do; `now` is business time. Returns how many ended.

    Answers that a request is carrying out at this moment are left alone for a minute. What waits for a second person
    waits on.
    """
    rested = EvidenceSubmission.objects.filter(
        state=EvidenceState.RECORDED.value, recorded_at__lt=clock.system_now() - _REST
    ).select_related("dispute")
    return intents.finish_open(rested, lambda row: disputework.carry_out(row, now=now), seconds=seconds)
