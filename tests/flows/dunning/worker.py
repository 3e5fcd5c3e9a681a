"""Workers in threads, each with its own connection, who do what the worker's tasks do, and may die at it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import F
from django.utils import timezone

from billing import clock
from billing.models import DunningAttempt, DunningCase, Transition, Work
from billing.services.claim_due_cases import claim_due_cases
from billing.services.end_dunning import close_at_deadline, send_last_notices, take_final_actions
from billing.services.make_attempts import make_attempts
from billing.terms import CaseState
from tests.flows.dunning.crashing import Crash, Crasher
from webhooks.tasks import process_inbox

_LONGEST_SECONDS = 90.0
Step = Callable[[datetime], object]
PURSUIT: tuple[Step, ...] = (
    claim_due_cases,
    make_attempts,
    send_last_notices,
    close_at_deadline,
    take_final_actions,
)
"""As `billing.tasks.collect_due_payments` does them."""


@dataclass
class Workers:
    """`steps` are the product's own, or a variant with a planted mistake."""

    crasher: Crasher
    steps: tuple[Step, ...] = PURSUIT

    def run(self, count: int) -> None:
        """One round of so many workers at once. Whoever dies leaves its work to later rounds."""
        faults: list[BaseException] = []
        deaths = len(self.crasher.deaths)
        barrier = threading.Barrier(count)
        threads = [threading.Thread(target=self._work, args=(barrier, faults)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=_LONGEST_SECONDS)
        assert not any(thread.is_alive() for thread in threads), "a worker does not come to an end"
        if faults:
            raise faults[0]
        end_waits(has_died=len(self.crasher.deaths) > deaths)

    def _work(self, barrier: threading.Barrier, faults: list[BaseException]) -> None:
        try:
            barrier.wait(timeout=_LONGEST_SECONDS)
            with self.crasher.watching():
                process_inbox()
                for step in self.steps:
                    step(clock.business_now())
                process_inbox()
        except Crash:
            pass
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()


def end_waits(*, has_died: bool) -> None:
    """As if the waits before the next tries had passed, and the leases of who died. Nobody is at work now."""
    now = timezone.now()
    DunningAttempt.objects.filter(state__in=["planned", "sending", "unknown"], run_at__gt=now).update(run_at=now)
    DunningCase.objects.filter(state=CaseState.CLOSING.value, run_at__gt=now).update(run_at=now)
    Work.objects.filter(done__lt=F("want"), run_at__gt=now).update(run_at=now)
    Transition.objects.filter(is_settled=False, run_at__gt=now).update(run_at=now)
    if has_died:
        DunningAttempt.objects.exclude(lease_until=None).update(lease_until=now)
        Work.objects.exclude(lease_until=None).update(lease_until=now)
