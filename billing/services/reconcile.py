"""Use case: compare our rows with Stripe's lists page by page, keep the ledger of what differs, repair the mirror.

It never changes Stripe and nothing follows from what it writes. Who joins it with the inbox must take in the events
of the meantime between `compare_next` and `repair_next`, so that news are handled as news.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from billing import clock
from billing.errors import (
    BillingError,
    LeaseLost,
    LeaseTaken,
    ReconciliationRunning,
    StripeKeyRefused,
    StripeUnreachable,
)
from billing.gateway.budget import paced
from billing.mirror import account, comparing
from billing.mirror.pages import FoundDrift, Position, compare_page
from billing.mirror.refresh import repair
from billing.mirror.refs import ObjectRef
from billing.models import Drift, Reconciliation, open_staff_task
from billing.rules.quiet_hour import is_due
from billing.terms import DriftKind, DriftOutcome, ObjectKind, RunState

__all__ = [
    "SCHEDULE",
    "Step",
    "begin",
    "break_off",
    "compare_next",
    "expected_objects",
    "finish",
    "is_nightly_due",
    "next_step",
    "repair_next",
]

SCHEDULE = "schedule"
"""Who asks for the nightly run."""
logger = logging.getLogger(__name__)
_IS_GONE_AFTER = timedelta(minutes=5)
_IS_STALE_AFTER = timedelta(hours=24)
_TEXT_LENGTH = 300
_PUT_RIGHT = (DriftOutcome.REPAIRED, DriftOutcome.BY_EVENT)
_TOLD_OF = (DriftOutcome.NOTED, DriftOutcome.REPAIRED, DriftOutcome.FAILED)


class Step(Enum):
    """What a run does next."""

    COMPARE = "compare"
    REPAIR = "repair"
    FINISH = "finish"


def begin(*, does_repair: bool, asked_by: str) -> Reconciliation:
    """Start a comparison of this mode, or go on with one that was put aside or broke off within a day.

    One whose process has not been heard of for five minutes is taken over. Raises ReconciliationRunning while another
    one goes on; WrongStripeAccount, StripeUnreachable, StripeKeyRefused.
    """
    account.demand_ours()
    now = clock.system_now()
    here = Reconciliation.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    with transaction.atomic():
        running = here.select_for_update().filter(state=RunState.RUNNING).first()
        if running and running.heard_of_at > now - _IS_GONE_AFTER:
            raise ReconciliationRunning
        if running:
            running.state = RunState.PAUSED
            running.save(update_fields=["state"])
        interrupted = here.filter(
            state__in=[RunState.PAUSED, RunState.FAILED],
            does_repair=does_repair,
            started_at__gt=now - _IS_STALE_AFTER,
        )
        run = interrupted.order_by("-id").first()
        if run is None:
            run = Reconciliation(livemode=settings.STRIPE_LIVE_MODE, does_repair=does_repair, asked_by=asked_by)
        run.state, run.error, run.heard_of_at = RunState.RUNNING, "", now
        try:
            with transaction.atomic():
                run.save()
        except IntegrityError as error:
            raise ReconciliationRunning from error
    return run


def next_step(run: Reconciliation) -> Step:
    """List by list: compare all of it, then repair what was found, before the lists that build on it."""
    position = Position.load(run.cursor)
    if not position.is_at_end:
        return Step.COMPARE
    if run.does_repair and _to_repair(run, position.kind).exists():
        return Step.REPAIR
    return Step.COMPARE if position.next_list() else Step.FINISH


def compare_next(run: Reconciliation) -> None:
    """Compare the next page and write down what differs, with how far it came. One call to Stripe.

    Raises StripeUnreachable, StripeKeyRefused; ReconciliationRunning when another process has taken the run over.
    """
    position = Position.load(run.cursor)
    page = compare_page(position.next_list() or position if position.is_at_end else position)
    with transaction.atomic():
        rows = [_row(run, drift, kind, ours, theirs) for drift in page.drifts for kind, ours, theirs in _texts(drift)]
        Drift.objects.bulk_create(rows, ignore_conflicts=True)
        run.cursor = page.position.dump()
        run.pages += 1
        run.objects_compared += page.compared
        run.drifts_found += len(rows)
        _save_progress(run)


def repair_next(run: Reconciliation) -> None:
    """Repair one object that was found to differ, unless an event has brought it meanwhile. At most one refresh.

    Raises StripeUnreachable, StripeKeyRefused: then it is still to be repaired. Any other failure stays with the
    object, and the others go on.
    """
    drift = _to_repair(run, Position.load(run.cursor).kind).order_by("id").first()
    if drift is None:
        return
    outcome, refreshes = _repair(drift)
    rows = run.drifts.filter(object_kind=drift.object_kind, stripe_id=drift.stripe_id)
    with transaction.atomic():
        is_right = outcome in _PUT_RIGHT
        count = rows.update(outcome=outcome, repaired_at=clock.system_now() if is_right else None)
        run.drifts_repaired += count if is_right else 0
        run.refreshes += refreshes
        _save_progress(run)


def finish(run: Reconciliation) -> None:
    """Close the run; tell a person when rows of ours were wrong, once a run."""
    run.state, run.finished_at = RunState.FINISHED, clock.system_now()
    _save_progress(run)
    counts = run.drifts.filter(outcome__in=_TOLD_OF).values_list("kind").annotate(count=Count("id")).order_by("kind")
    if counts:
        kinds = ", ".join(f"{count} {DriftKind(kind).value.replace('_', ' ')}" for kind, count in counts)
        done = "repaired where nothing newer was on its way" if run.does_repair else "not repaired"
        open_staff_task("drift", about=str(run.pk), summary=f"Rows of ours differed from Stripe ({kinds}): {done}")


def break_off(run: Reconciliation, *, error: Exception | None = None) -> None:
    """Put the run aside, to go on from here; with an error it counts as failed until it does."""
    code = error.code if isinstance(error, BillingError) else type(error).__name__ if error else ""
    Reconciliation.objects.filter(pk=run.pk, state=RunState.RUNNING, heard_of_at=run.heard_of_at).update(
        state=RunState.FAILED if error else RunState.PAUSED, error=code[:_TEXT_LENGTH]
    )


def is_nightly_due(now: datetime) -> bool:
    """Whether the nightly run is due at `now` (system time), or one of the schedule's waits to go on."""
    here = Reconciliation.objects.filter(livemode=settings.STRIPE_LIVE_MODE, does_repair=True, asked_by=SCHEDULE)
    last = here.order_by("-started_at").first()
    if last is not None and last.state != RunState.FINISHED and last.started_at > now - _IS_STALE_AFTER:
        return last.state != RunState.RUNNING or last.heard_of_at <= now - _IS_GONE_AFTER
    return is_due(last.started_at if last else None, now=now, hour=settings.RECONCILE_HOUR)


def expected_objects() -> int:
    """About how many objects a run will compare."""
    return comparing.count_rows()


def _to_repair(run: Reconciliation, kind: ObjectKind) -> QuerySet[Drift]:
    return run.drifts.filter(object_kind=kind, outcome=DriftOutcome.NOTED)


def _texts(drift: FoundDrift) -> Iterable[tuple[DriftKind, str, str]]:
    return ((found.kind, found.ours, found.theirs) for found in drift.differences)


def _row(run: Reconciliation, drift: FoundDrift, kind: DriftKind, ours: str, theirs: str) -> Drift:
    return Drift(
        reconciliation=run,
        object_kind=drift.ref.kind,
        stripe_id=drift.ref.stripe_id,
        organization_id=drift.organization_id,
        kind=kind,
        ours=ours[:_TEXT_LENGTH],
        theirs=theirs[:_TEXT_LENGTH],
        theirs_digest=drift.theirs_digest,
        found_at=drift.found_at,
    )


def _repair(drift: Drift) -> tuple[DriftOutcome, int]:
    """What became of it, and how many refreshes that took."""
    ref = ObjectRef(ObjectKind(drift.object_kind), drift.stripe_id)
    if comparing.was_brought_up_to_date(ref.kind, ref.stripe_id, after=drift.found_at):
        return DriftOutcome.BY_EVENT, 0
    try:
        with paced():
            result = repair(ref, theirs_digest=drift.theirs_digest)
    except (StripeUnreachable, StripeKeyRefused):
        raise
    except (LeaseTaken, LeaseLost):
        return DriftOutcome.ON_ITS_WAY, 1
    except Exception:
        # The refresh has logged it. It is one object's trouble, and the next night tries it again.
        logger.error("Reconciliation: %s could not be repaired", ref.key)
        return DriftOutcome.FAILED, 1
    if not result.is_written:
        return (DriftOutcome.ON_ITS_WAY if drift.theirs_digest else DriftOutcome.UNFOUNDED), 1
    return (DriftOutcome.REPAIRED if result.is_baseline else DriftOutcome.BY_EVENT), 1


def _save_progress(run: Reconciliation) -> None:
    """Raises ReconciliationRunning if another process has taken the run over since we were last heard of."""
    heard_of_at, run.heard_of_at = run.heard_of_at, clock.system_now()
    mine = Reconciliation.objects.filter(pk=run.pk, state=RunState.RUNNING, heard_of_at=heard_of_at)
    values = {
        name: getattr(run, name)
        for name in (
            "cursor",
            "pages",
            "refreshes",
            "objects_compared",
            "drifts_found",
            "drifts_repaired",
            "state",
            "finished_at",
            "heard_of_at",
        )
    }
    if not mine.update(**values):
        raise ReconciliationRunning
