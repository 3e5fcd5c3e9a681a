"""Measures whether the worker's and the web server's memory grows with the events that they have handled."""

from dataclasses import dataclass

from bench.ack import OURS
from bench.consumption import rss_bytes
from bench.drained import wait_until_drained
from bench.events import delivery
from bench.load import closed_loop
from bench.report import figure, median
from bench.stage import Stage, stage

_CONNECTIONS = 8
_MIB = 1024 * 1024
# Caches fill and threads take their first arenas before that; the slope is of what comes after it.
_WARM_UP_SHARE = 0.2
_ENDS = 5


@dataclass(frozen=True, slots=True)
class Sizes:
    events: int = 50_000
    batch: int = 1000
    subscriptions: int = 25
    wait_seconds: float = 120.0


QUICK = Sizes(events=1000, batch=100, subscriptions=5)


@dataclass(frozen=True, slots=True)
class Sample:
    events: int
    worker_mib: float
    web_mib: float


def main(*, is_quick: bool) -> None:
    """Print one figure for each of the two programs."""
    sizes = QUICK if is_quick else Sizes()
    with (
        stage(subscriptions=sizes.subscriptions) as running,
        running.web() as (port, web),
        running.worker() as worker,
        running.beat(),
    ):
        samples = [
            _batch(running, sizes, number, port=port, web=web, worker=worker)
            for number in range(sizes.events // sizes.batch)
        ]
    kept = samples[int(len(samples) * _WARM_UP_SHARE) :]
    _report("worker_memory", sizes, [(sample.events, sample.worker_mib) for sample in kept])
    _report("web_memory", sizes, [(sample.events, sample.web_mib) for sample in kept])


def _batch(stage: Stage, sizes: Sizes, number: int, *, port: int, web: int, worker: int) -> Sample:
    names = list(stage.stripe.quantities)
    changed = [stage.stripe.change(names[event % len(names)]) for event in range(sizes.batch)]
    outcome = closed_loop(port, [delivery(OURS, obj) for obj in changed], connections=_CONNECTIONS)
    if outcome.refused:
        raise RuntimeError(f"answers: {outcome.statuses}")
    wait_until_drained(stage, seconds=sizes.wait_seconds)
    return Sample((number + 1) * sizes.batch, rss_bytes(worker) / _MIB, rss_bytes(web) / _MIB)


def _report(name: str, sizes: Sizes, samples: list[tuple[int, float]]) -> None:
    values = [mib for _, mib in samples]
    start, end = median(values[:_ENDS]), median(values[-_ENDS:])
    figure(
        name,
        end_to_start=end / start,
        slope_kib_per_1000_events=_slope(samples) * 1024 * 1000,
        start_mib=start,
        end_mib=end,
        most_mib=max(values),
        events=sizes.events,
        samples=len(samples),
    )


def _slope(samples: list[tuple[int, float]]) -> float:
    """MiB an event, by least squares."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread if spread else 0.0
