"""Measures the whole way: from the delivery to a copy that is as Stripe has it, with Stripe 20 ms away.

Before each event its object changes in the small Stripe, so that a copy which missed the last fetch is seen.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.ack import OURS
from bench.consumption import cpu_seconds
from bench.drained import wait_until_drained
from bench.events import delivery
from bench.load import closed_loop
from bench.report import figure
from bench.stage import Stage, stage

_LATENCY_SECONDS = 0.02
_CONNECTIONS = 8
_TIMES = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY lag), percentile_disc(0.99) WITHIN GROUP (ORDER BY lag),
       max(ended) - min(began)
FROM (
    SELECT extract(epoch FROM handled_at - received_at)::float8 AS lag,
           extract(epoch FROM handled_at)::float8 AS ended, extract(epoch FROM received_at)::float8 AS began
    FROM webhooks_inboxevent WHERE state = 'done'
) AS handled
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    events: int = 5000
    subscriptions: int = 200
    wait_seconds: float = 120.0


QUICK = Sizes(events=200, subscriptions=20, wait_seconds=60.0)


def main(*, is_quick: bool) -> None:
    """Print the figure."""
    sizes = QUICK if is_quick else Sizes()
    with stage(subscriptions=sizes.subscriptions) as running, running.web() as (port, _), running.worker() as worker:
        running.stripe.latency_seconds = _LATENCY_SECONDS
        with running.beat():
            _measure(running, sizes, port=port, worker=worker)


def _measure(stage: Stage, sizes: Sizes, *, port: int, worker: int) -> None:
    fetched, cpu = stage.stripe.fetches, cpu_seconds(worker)
    outcome = closed_loop(port, _events(stage, sizes.events), connections=_CONNECTIONS)
    if outcome.refused:
        raise RuntimeError(f"answers: {outcome.statuses}")
    wait_until_drained(stage, seconds=sizes.wait_seconds)
    with stage.connected() as connection:
        lag_p50, lag_p99, seconds = connection.execute(_TIMES).fetchone() or (0, 0, 1)
    figure(
        "webhook_end_to_end",
        fetches_per_event=(stage.stripe.fetches - fetched) / sizes.events,
        stale=_stale(stage),
        lag_p50_ms=lag_p50 * 1e3,
        lag_p99_ms=lag_p99 * 1e3,
        drained_per_second=sizes.events / seconds,
        acked_per_second=outcome.rate,
        worker_cpu_us=(cpu_seconds(worker) - cpu) / sizes.events * 1e6,
        events=sizes.events,
        objects=sizes.subscriptions,
        stripe_latency_ms=_LATENCY_SECONDS * 1e3,
    )


def _events(stage: Stage, count: int) -> list[Callable[[], bytes]]:
    """Each changes its object at the moment at which it is sent."""
    names = list(stage.stripe.quantities)
    order = [names[number % len(names)] for number in range(count)]
    random.Random(count).shuffle(order)  # noqa: S311  # An order, the same in each run.
    return [partial(_change_and_tell, stage, name) for name in order]


def _change_and_tell(stage: Stage, name: str) -> bytes:
    return delivery(OURS, stage.stripe.change(name))


def _stale(stage: Stage) -> int:
    """How many of our rows differ from what Stripe has."""
    with stage.connected() as connection:
        rows = connection.execute("SELECT stripe_subscription_id, quantity FROM billing_subscription").fetchall()
    ours = {str(name): quantity for name, quantity in rows}
    return sum(ours.get(name) != quantity for name, quantity in stage.stripe.quantities.items())
