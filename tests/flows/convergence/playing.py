"""Plays one scenario and delivers its events in many orders; every run must end in the outcome of the calm one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connections

from billing import clock
from billing.models import CheckoutIntent
from tests.flows.convergence.checks import faults_of
from tests.flows.convergence.database import Snapshot
from tests.flows.convergence.orders import Order, Way, order_of
from tests.flows.convergence.outcome import outcome
from tests.flows.convergence.recording import Listener, Recording
from tests.flows.convergence.sending import post, post_over_http
from tests.flows.convergence.stage import BEGINS_AT, Stage
from tests.flows.convergence.workers import Workers, work_alone
from tests.sandbox_fixture import Sandbox
from webhooks import backfill
from webhooks.reconciliation import reconcile
from webhooks.registry import HANDLERS

Scenario = Callable[[Stage], None]
Finish = Callable[[], None]
_READ_FAULTS = ("http_500_before", "http_429", "connection_reset")


class Played:
    """A scenario that was played once with nobody listening; its state at the sandbox stays as it is."""

    def __init__(self, scenario: Scenario, *, sandbox: Sandbox, url: str) -> None:
        self._sandbox, self._url = sandbox, url
        listener = Listener(sandbox)
        scenario(Stage(sandbox, tell=listener.news))
        listener.news()
        self.recording = Recording.of(sandbox, listener.events, ours=our_ids())
        self._before = Snapshot()
        self._writes = writes_at(sandbox)

    def calm(self) -> list[str]:
        """The outcome when every event comes once and in order, and one worker takes one piece after the other."""
        post(self.recording.bodies)
        work_alone()
        return self._judged("calm")

    def run(self, seed: int) -> list[str]:
        """The outcome of one order of deliveries, with four workers in threads."""
        with Workers.at_work() as workers:
            return self.run_with(workers.finish, seed=seed)

    def run_with(self, finish: Finish, *, seed: int) -> list[str]:
        """The same with other workers; `finish` waits until they have nothing left to do."""
        order = order_of(seed, events=len(self.recording.events), listed=self.recording.listed)
        self._before.restore()
        clock.reread()
        self._deliver(order)
        finish()
        self._sandbox.ask("DELETE", "/_sandbox/faults")
        if order.way == Way.RECONCILED:
            compare_with_stripe()
            finish()
            assert compare_with_stripe() == 0
            return self._judged(f"seed {seed} ({order.way.name})")
        if order.dropped:
            assert look_for_missed_events() == self._missed(order)
            finish()
        assert look_for_missed_events() == 0
        return self._judged(f"seed {seed} ({order.way.name})")

    def _missed(self, order: Order) -> int:
        """How many of the dropped events are of a type that we keep."""
        return sum(self.recording.events[position]["type"] in HANDLERS for position in order.dropped)

    def _deliver(self, order: Order) -> None:
        all_bodies = self.recording.bodies
        bodies = [all_bodies[position] for position in order.posts]
        match order.way:
            case Way.OVER_HTTP:
                post_over_http(self._url, bodies)
            case Way.BACKFILLED_MEANWHILE:
                with ThreadPoolExecutor(1) as pool:
                    look = pool.submit(_look_and_close)
                    post(bodies)
                    look.result()
            case Way.FAILING_READS:
                self._spoil_reads(order.seed)
                post(bodies)
            case _:
                post(bodies)

    def _spoil_reads(self, seed: int) -> None:
        """Some of the next reads fail; the SDK tries once more by itself, then the worker later."""
        for number, fault in enumerate(_READ_FAULTS):
            self._sandbox.fault(
                fault, times=3, match={"method": "GET", "path": "/v1/*"}, probability=0.1, seed=seed + number
            )

    def _judged(self, name: str) -> list[str]:
        faults = faults_of(self.recording)
        assert not faults, f"{name}: " + "\n".join(faults)
        assert writes_at(self._sandbox) <= self._writes, f"{name}: handling events changed something at Stripe"
        return outcome(self.recording, now=clock.business_now())


def our_ids() -> list[str]:
    """Ids that came to us as answers: the sessions of checkouts."""
    return [str(intent.stripe_session_id) for intent in CheckoutIntent.objects.order_by("pk")]


def writes_at(sandbox: Sandbox) -> set[str]:
    """The calls among the latest 500 that were no reads."""
    return {call["id"] for call in sandbox.requests(limit=500)["data"] if call["method"] != "GET"}


def look_for_missed_events() -> int:
    """How many events a look through Stripe's list found."""
    look = backfill.backfill(since=BEGINS_AT - timedelta(days=1), until=clock.business_now(), asked_by="test")
    return look.events_found


def compare_with_stripe() -> int:
    """How many differences a comparison with Stripe's lists found and repaired; older events it does not look for."""
    return reconcile(does_repair=True, asked_by="test").drifts_found


def _look_and_close() -> None:
    try:
        look_for_missed_events()
    finally:
        connections.close_all()
