"""Four workers as threads, each with its own connection, who do what the worker's task does until all is done."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.models import F
from django.utils import timezone

from billing.models import Transition, Work
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

WORKERS = 4
_PAUSE_SECONDS = 0.03
_HURRY_SECONDS = 0.05
_LONGEST_SECONDS = 60.0


class Workers:
    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"worker-{n}") for n in range(WORKERS)]

    @classmethod
    @contextmanager
    def at_work(cls) -> Iterator["Workers"]:
        """Running on entry, gone on exit. Raises what the task raised: the worker's task never raises by design."""
        workers = cls()
        for thread in workers._threads:
            thread.start()
        try:
            yield workers
        finally:
            workers._is_over.set()
            for thread in workers._threads:
                thread.join(timeout=_LONGEST_SECONDS)
        if workers.faults:
            raise workers.faults[0]

    def _work(self) -> None:
        try:
            while not self._is_over.is_set():
                process_inbox()
                time.sleep(_PAUSE_SECONDS)
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            connections.close_all()

    def finish(self) -> None:
        """Wait until nothing is left to do. Whoever waits for its next try is told that the wait is over."""
        ends_at = time.monotonic() + _LONGEST_SECONDS
        while left := left_to_do():
            assert not self.faults, self.faults
            assert time.monotonic() < ends_at, f"not done after {_LONGEST_SECONDS:.0f} s: {left}"
            time.sleep(_HURRY_SECONDS)
            end_waits()


def work_alone() -> None:
    """One worker, one piece after the other, until nothing is left."""
    while left := left_to_do():
        process_inbox()
        end_waits()
        assert not Work.objects.filter(faults__gt=0).exists(), left


def end_waits() -> None:
    """As if the wait before the next try had passed."""
    now = timezone.now()
    Work.objects.filter(done__lt=F("want"), lease_until=None, run_at__gt=now).update(run_at=now)
    Transition.objects.filter(is_settled=False, run_at__gt=now).update(run_at=now)


def left_to_do() -> list[str]:
    """A few of the things that are not done yet."""
    events = InboxEvent.objects.filter(state__in=["new", "dispatched"]).values_list("type", flat=True)
    work = Work.objects.filter(done__lt=F("want"), dead_at=None).values_list("object_key", "last_error")
    unsettled = Transition.objects.filter(is_settled=False)
    return [*events[:5], *map(str, work[:5]), *map(str, unsettled[:5])]
