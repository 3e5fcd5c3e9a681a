"""How much waits, fails or was found wrong, in a few short queries; it must not judge whether that is too much."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Min, Q

from billing.models import Drift, Notice, Reconciliation, StaffTask, StripeAccount, Transition, Work
from billing.terms import DriftOutcome, RunState


@dataclass(frozen=True, slots=True)
class RefreshBacklog:
    """Objects to be fetched. `oldest_at` is when the one that waits longest was due (system time, UTC)."""

    waiting: int
    failing: int
    given_up: int
    oldest_at: datetime | None


def refresh_backlog() -> RefreshBacklog:
    """One query over the partial index of what is not up to date."""
    is_dead = Q(dead_at__isnull=False)
    counted = Work.objects.filter(done__lt=F("want")).aggregate(
        waiting=Count("pk", filter=~is_dead),
        failing=Count("pk", filter=~is_dead & Q(attempts__gt=0)),
        given_up=Count("pk", filter=is_dead),
        oldest_at=Min("run_at", filter=~is_dead),
    )
    return RefreshBacklog(**counted)


def unsettled_transitions() -> tuple[int, datetime | None]:
    """How many changes have reactions outstanding, and when the oldest was observed (system time, UTC)."""
    counted = Transition.objects.filter(is_settled=False).aggregate(count=Count("pk"), oldest_at=Min("observed_at"))
    return counted["count"], counted["oldest_at"]


def open_tasks() -> dict[str, int]:
    """Open staff tasks by kind."""
    counted = StaffTask.objects.filter(resolved_at=None).order_by().values_list("kind").annotate(count=Count("pk"))
    return dict(counted)


def notices_by_state() -> dict[str, int]:
    """Mails that are due, on their way, or could not be sent."""
    waiting = Notice.objects.filter(state__in=[Notice.State.DUE, Notice.State.SENDING, Notice.State.FAILED])
    return dict(waiting.order_by().values_list("state").annotate(count=Count("pk")))


def drifts_by_kind() -> dict[str, int]:
    """All differences from Stripe that comparisons have ever found."""
    return dict(Drift.objects.order_by().values_list("kind").annotate(count=Count("pk")))


def drifts_left() -> tuple[int, int | None]:
    """How many differences the newest comparison found and nobody put right, and the comparison's key."""
    finished = Reconciliation.objects.filter(livemode=settings.STRIPE_LIVE_MODE, state=RunState.FINISHED)
    run = finished.order_by("-finished_at").values_list("pk", flat=True).first()
    if run is None:
        return 0, None
    return Drift.objects.filter(reconciliation=run, outcome=DriftOutcome.NOTED).count(), run


def compared_last_at() -> datetime | None:
    """When a comparison with Stripe last came to its end (system time, UTC)."""
    finished = Reconciliation.objects.filter(livemode=settings.STRIPE_LIVE_MODE, state=RunState.FINISHED)
    return finished.order_by("-finished_at").values_list("finished_at", flat=True).first()


def paused_until() -> datetime | None:
    """Until when nothing is fetched from Stripe (system time, UTC); in the past or None if it is."""
    row = StripeAccount.objects.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    return row.paused_until if row else None
