"""Leases and fences: one object, one worker at a time; it must not know what a refresh does.

A claim gives the lease for a while and raises the fence. Who comes back after its lease ended finds a higher fence
and must not write.
"""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from billing import clock
from billing.errors import LeaseLost, LeaseTaken
from billing.gateway import budget
from billing.mirror.refs import ObjectRef, mode_prefix
from billing.models import Work, open_staff_task
from billing.terms import ObjectKind

LONGEST_BACKOFF_SECONDS = 3600
FAULTS_UNTIL_DEAD = 8
_POLL_SECONDS = 0.05
_KEPT_EVENT_IDS = 50
_WISHED = ["want", "run_at", "event_ids", "dead_at", "faults", "is_baseline"]
_TO_DO = Q(done__lt=F("want"))


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one object until another claim raises the fence."""

    ref: ObjectRef
    fence: int
    want: int
    event_ids: tuple[str, ...]
    is_baseline: bool = False


def want(refs: Iterable[ObjectRef], *, event_id: str = "", is_baseline: bool = False) -> None:
    """Ask for a refresh of each object, in the caller's transaction. Calls before the next fetch share it.

    A fetch that only repairs have asked for is a baseline: mails and cases follow from news, not from a repair.
    """
    with transaction.atomic():
        for ref in sorted(set(refs)):
            _want(ref, event_id=event_id, is_baseline=is_baseline)


def _want(ref: ObjectRef, *, event_id: str = "", is_baseline: bool = False) -> None:
    Work.objects.get_or_create(object_key=ref.key, defaults={"kind": ref.kind, "stripe_id": ref.stripe_id})
    row = Work.objects.select_for_update().get(pk=ref.key)
    _wish(row, event_ids=[event_id] if event_id else [], is_baseline=is_baseline)
    row.save(update_fields=_WISHED)


def want_many(wishes: Mapping[ObjectRef, Sequence[str]]) -> None:
    """As `want` for each of the events (`evt_…`) of each object, in three statements however many there are."""
    with transaction.atomic():
        rows = _locked(sorted(wishes))
        for ref, event_ids in wishes.items():
            _wish(rows[ref.key], event_ids=event_ids)
        Work.objects.bulk_create(rows.values(), update_conflicts=True, unique_fields=["pk"], update_fields=_WISHED)


def _locked(refs: Sequence[ObjectRef]) -> dict[str, Work]:
    """The rows of these objects, new or not, locked one after the other in the given order."""
    rows = [Work(object_key=ref.key, kind=ref.kind, stripe_id=ref.stripe_id) for ref in refs]
    # The update changes nothing: it is what locks the rows that are there already, in the order of the insert.
    Work.objects.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=["kind"])
    return Work.objects.in_bulk([ref.key for ref in refs])


def _wish(row: Work, *, event_ids: Sequence[str] = (), is_baseline: bool = False) -> None:
    """One more asks for a refresh, or one for each of the events."""
    is_idle = row.done >= row.want
    if is_idle:
        row.run_at = clock.system_now()
    row.is_baseline = is_baseline and (is_idle or row.is_baseline)
    row.want += len(event_ids) or 1
    if not event_ids:
        return
    row.event_ids = [*row.event_ids, *event_ids][-_KEPT_EVENT_IDS:]
    if row.dead_at is not None:
        # News of the object: one more try, and it is dead again if that fails, too.
        row.dead_at, row.faults, row.run_at = None, FAULTS_UNTIL_DEAD - 1, clock.system_now()


def claim(ref: ObjectRef, *, wait_seconds: float = 0.0) -> Lease:
    """Take the lease of one object, waiting up to `wait_seconds`. Raises LeaseTaken."""
    deadline = time.monotonic() + wait_seconds
    while True:
        lease = _claim_first(Q(pk=ref.key))
        if lease:
            return lease
        if time.monotonic() >= deadline:
            raise LeaseTaken(object_key=ref.key)
        time.sleep(_POLL_SECONDS)


def claim_next() -> Lease | None:
    """Take the lease of the object that has waited longest, or None when nothing is due.

    What waits from the other mode (live or test) is not ours to fetch: our key does not open it.
    """
    if budget.is_paused(clock.system_now()):
        return None
    of_this_mode = Q(object_key__startswith=mode_prefix())
    return _claim_first(_TO_DO & of_this_mode & Q(dead_at=None), is_due_only=True)


def _claim_first(condition: Q, *, is_due_only: bool = False) -> Lease | None:
    now = _lease_clock()
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    if is_due_only:
        condition &= Q(run_at__lte=now)
    with transaction.atomic():
        row = (
            Work.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            .filter(condition & is_free)
            .order_by("run_at", "object_key")
            .first()
        )
        if row is None:
            return None
        row.fence += 1
        row.lease_until = now + timedelta(seconds=settings.REFRESH_LEASE_SECONDS)
        row.save(update_fields=["fence", "lease_until"])
    return Lease(
        ObjectRef(ObjectKind(row.kind), row.stripe_id), row.fence, row.want, tuple(row.event_ids), row.is_baseline
    )


def _lease_clock() -> datetime:
    """The database's clock where it has one of its own: a worker whose clock is wrong must not end others' leases."""
    if connection.vendor != "postgresql":
        return clock.system_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def check(lease: Lease) -> Lease:
    """The lease as it stands now. Raises LeaseLost if another worker has claimed the object meanwhile.

    Only a look, without a lock, but for a baseline: news that came during the fetch makes it an ordinary refresh, and
    none may come between this answer and the commit, or what it should cause would be lost.
    """
    rows = Work.objects.select_for_update() if lease.is_baseline else Work.objects.all()
    row = rows.only("fence", "is_baseline").get(pk=lease.ref.key)
    if row.fence != lease.fence:
        raise LeaseLost(object_key=lease.ref.key)
    return replace(lease, is_baseline=row.is_baseline)


def finish(lease: Lease, *, follow: Iterable[ObjectRef] = ()) -> None:
    """In the transaction that writes the object: check the fence, close what the claim covered, and want `follow`.

    What a baseline leads to is a baseline, too.

    Raises LeaseLost when another worker claimed the object meanwhile; the caller's transaction must then roll back.
    """
    wanted = set(follow)
    # Everybody locks work rows in the same order, so that two objects that name each other wait in no circle.
    for ref in sorted({lease.ref, *wanted}):
        if ref == lease.ref:
            _close(lease)
        if ref in wanted:
            _want(ref, is_baseline=lease.is_baseline)


def _close(lease: Lease) -> None:
    row = Work.objects.select_for_update().get(pk=lease.ref.key)
    if row.fence != lease.fence:
        raise LeaseLost(object_key=lease.ref.key)
    row.done = max(row.done, lease.want)
    row.event_ids = [event_id for event_id in row.event_ids if event_id not in lease.event_ids]
    row.lease_until = None
    row.attempts = row.faults = 0
    row.dead_at = None
    row.last_error = ""
    row.run_at = clock.system_now()
    row.save()


def release(lease: Lease, *, error: str, is_fault: bool = False) -> None:
    """Give the lease back after a failure; the object comes again after a growing, jittered wait.

    A fault is a failure that no waiting mends; after eight in a row the object is dead and a person is told.
    """
    with transaction.atomic():
        row = Work.objects.select_for_update().get(pk=lease.ref.key)
        if row.fence != lease.fence:
            return
        row.attempts += 1
        row.faults += is_fault
        row.lease_until = None
        row.last_error = error[:300]
        row.run_at = clock.system_now() + _backoff(row.attempts)
        if row.faults >= FAULTS_UNTIL_DEAD:
            _bury(row)
        row.save()


def withdraw(lease: Lease) -> bool:
    """Give the lease of a failed repair back and ask for no other try; False if news of the object wait, too."""
    with transaction.atomic():
        row = Work.objects.select_for_update().get(pk=lease.ref.key)
        if row.fence != lease.fence or not row.is_baseline:
            return False
        row.done, row.lease_until = max(row.done, lease.want), None
        row.save(update_fields=["done", "lease_until"])
    return True


def _bury(row: Work) -> None:
    row.dead_at = clock.system_now()
    open_staff_task(
        "dead_letter",
        about=f"{row.object_key}:{row.fence}",
        summary=f"{row.stripe_id} could not be brought up to date {row.faults} times ({row.last_error})",
    )


def revive(object_keys: Iterable[str]) -> int:
    """Have dead objects tried again from the beginning; how many. Safe to repeat."""
    with transaction.atomic():
        dead = Work.objects.filter(pk__in=set(object_keys)).exclude(dead_at=None)
        # Locked in the order in which everybody locks them.
        keys = list(dead.select_for_update().order_by("pk").values_list("pk", flat=True))
        return Work.objects.filter(pk__in=keys).update(dead_at=None, faults=0, attempts=0, run_at=clock.system_now())


def _backoff(attempts: int) -> timedelta:
    longest = min(2.0 ** min(attempts, 20), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311  # Jitter, not a secret.


def finished(object_keys: Iterable[str]) -> set[str]:
    """Those of the keys for which nothing waits to be refreshed."""
    keys = set(object_keys)
    waiting = Work.objects.filter(_TO_DO, pk__in=keys).values_list("pk", flat=True)
    return keys - set(waiting)


def dead(object_keys: Iterable[str]) -> dict[str, str]:
    """Those of the keys that were given up, each with its last error."""
    return dict(Work.objects.filter(pk__in=set(object_keys)).exclude(dead_at=None).values_list("pk", "last_error"))
