"""Delivers events while their scenario still goes on, over a bad line: fetches see states that pass, and overtake."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
from django.db import connections

from billing import clock
from billing.gateway.client import client
from tests.flows.convergence.checks import faults_of
from tests.flows.convergence.line import Line
from tests.flows.convergence.outcome import outcome
from tests.flows.convergence.playing import Scenario, look_for_missed_events, our_ids
from tests.flows.convergence.recording import Listener, Recording
from tests.flows.convergence.sending import post
from tests.flows.convergence.stage import Stage
from tests.flows.convergence.workers import Workers
from tests.sandbox_fixture import Sandbox

_LONGEST_STEP_SECONDS = 0.25
_LONGEST_WAY_SECONDS = 0.3
_SHARE_DROPPED = 0.08
_SHARE_DOUBLED = 0.3
# Stripe lists events for thirty days; what is as old as that when it is first heard of could not be found again.
_LISTED_FOR = timedelta(days=29)


class Messenger:
    """Brings the news of each step: late, doubled, some never."""

    def __init__(self, sandbox: Sandbox, *, seed: int) -> None:
        self.listener = Listener(sandbox)
        self.has_dropped = False
        self._chance = random.Random(seed)
        self._ways: list[threading.Timer] = []

    def bring_news(self) -> None:
        oldest = clock.business_now() - _LISTED_FOR
        for event in self.listener.news():
            if self._chance.random() < _SHARE_DROPPED and event["created"] > oldest.timestamp():
                self.has_dropped = True
                continue
            for _ in range(1 + (self._chance.random() < _SHARE_DOUBLED)):
                self._send(event)
        time.sleep(self._chance.uniform(0, _LONGEST_STEP_SECONDS))

    def _send(self, event: dict[str, Any]) -> None:
        way = threading.Timer(self._chance.uniform(0, _LONGEST_WAY_SECONDS), _post_and_close, [orjson.dumps(event)])
        way.start()
        self._ways.append(way)

    def look_for_dropped(self) -> None:
        """The back-fill comes every ten minutes, long before Stripe forgets an event."""
        if self.has_dropped:
            look_for_missed_events()

    def finish(self) -> None:
        for way in self._ways:
            way.join()


def run_live(scenario: Scenario, seed: int, *, sandbox: Sandbox, settings: Any) -> list[str]:
    """Play the scenario anew with its events on their way meanwhile; the outcome. The database must be empty."""
    messenger = Messenger(sandbox, seed=seed)
    with Line(sandbox.url) as line, _over(line, settings), Workers.at_work() as workers, line.bad(seed):

        def look_for_dropped() -> None:
            with line.good():
                messenger.look_for_dropped()

        scenario(Stage(sandbox, tell=messenger.bring_news, before_leap=look_for_dropped, undisturbed=line.good))
        messenger.bring_news()
        messenger.finish()
        workers.finish()
        look_for_dropped()
        workers.finish()
    recording = Recording.of(sandbox, messenger.listener.events, ours=our_ids())
    faults = faults_of(recording) + [f"fetched twice at the same time: {path}" for path in line.overlaps]
    assert not faults, f"seed {seed} (LIVE): " + "\n".join(faults)
    return outcome(recording, now=clock.business_now())


@contextmanager
def _over(line: Line, settings: Any) -> Iterator[None]:
    """The product reaches Stripe by this line."""
    serving = threading.Thread(target=line.serve_forever)
    serving.start()
    direct = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = line.url
    client.cache_clear()
    try:
        yield
    finally:
        settings.STRIPE_API_BASE = direct
        client.cache_clear()
        line.shutdown()
        serving.join()


def _post_and_close(body: bytes) -> None:
    try:
        post([body])
    finally:
        connections.close_all()
