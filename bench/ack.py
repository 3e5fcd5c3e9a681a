"""Measures the answer to a delivery beside dj-stripe's own webhook view: same server, database and event bytes.

Each pair is measured A/B/A (theirs, ours, theirs), so that a machine which slows down meanwhile favours neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bench.consumption import cpu_seconds
from bench.events import ONLY_STORED, UPDATED, delivery
from bench.load import Outcome, closed_loop, open_loop
from bench.prepare import DJ_STRIPE_PATH
from bench.raw_insert import raw_rate
from bench.report import figure, median, percentile
from bench.stage import Stage, stage

OURS = "/webhooks/stripe/"
# The same view, at an address that the lane leaves to Django with all its middleware (bench/urls.py).
WITH_MIDDLEWARE = "/with-middleware/stripe/"
_CONNECTIONS = 16
_RAW_CONNECTIONS = 8
_RATES = (300, 500)


@dataclass(frozen=True, slots=True)
class Sizes:
    pairs: int = 3
    ours: int = 2000
    handled: int = 200
    stored: int = 400
    raw: int = 8000
    open_loop_seconds: int = 10
    subscriptions: int = 200


QUICK = Sizes(pairs=1, ours=200, handled=20, stored=40, raw=400, open_loop_seconds=2, subscriptions=10)


@dataclass(frozen=True, slots=True)
class Measured:
    rate: float
    cpu_us: float
    p99_ms: float


class _Bench:
    """One running server and what was sent to it."""

    def __init__(self, stage: Stage, *, port: int, pid: int) -> None:
        self.stage, self.port, self.pid = stage, port, pid
        self._sent = 0

    def requests(self, path: str, count: int, *, event_type: str = UPDATED) -> list[bytes]:
        """Fresh events, object after object, so that two of one object are never on their way at once."""
        objects = [self.stage.stripe.subscription(name) for name in self.stage.stripe.quantities]
        self._sent += count
        numbers = range(self._sent - count, self._sent)
        return [delivery(path, objects[number % len(objects)], event_type=event_type) for number in numbers]

    def capacity(self, path: str, count: int, *, event_type: str = UPDATED) -> Measured:
        """As fast as they are answered. Raises RuntimeError unless each was answered 200 and is a row."""
        requests = self.requests(path, count, event_type=event_type)
        with self._checked(path, count):
            began = self._cpu_seconds()
            outcome = closed_loop(self.port, requests, connections=_CONNECTIONS)
            cpu = self._cpu_seconds() - began
        return Measured(outcome.rate, cpu / count * 1e6, percentile(outcome.seconds, 0.99) * 1e3)

    def latency(self, path: str, *, per_second: int, seconds: int) -> Outcome:
        """At a fixed rate, timed from when each was due. Raises RuntimeError as `capacity`."""
        requests = self.requests(path, per_second * seconds)
        with self._checked(path, len(requests)):
            return open_loop(self.port, requests, connections=_CONNECTIONS, per_second=per_second)

    def _cpu_seconds(self) -> float:
        return cpu_seconds(self.pid) + cpu_seconds(self.stage.database_pid)

    @contextmanager
    def _checked(self, path: str, count: int) -> Iterator[None]:
        before = self._rows(path)
        yield
        if (rows := self._rows(path) - before) != count:
            raise RuntimeError(f"{path}: {count} events were sent and {rows} are stored")

    def _rows(self, path: str) -> int:
        table = "djstripe_webhookeventtrigger WHERE processed" if path == DJ_STRIPE_PATH else "webhooks_inboxevent"
        with self.stage.connected() as connection:
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return found[0] if found else 0


def main(*, is_quick: bool) -> None:
    """Print all figures of the answer."""
    sizes = QUICK if is_quick else Sizes()
    with stage(subscriptions=sizes.subscriptions) as running, running.web() as (port, pid):
        bench = _Bench(running, port=port, pid=pid)
        for path in (OURS, WITH_MIDDLEWARE, DJ_STRIPE_PATH):
            bench.capacity(path, sizes.handled)
        against_dj_stripe(bench, sizes)
        against_raw_inserts(bench, sizes)
        at_fixed_rates(bench, sizes)


def against_dj_stripe(bench: _Bench, sizes: Sizes) -> None:
    """With a handler, which fetches; and its cheapest way, an event that nothing handles and that it only stores."""
    for name, event_type, count in (
        ("webhook_ack", UPDATED, sizes.handled),
        ("webhook_ack_only_stored", ONLY_STORED, sizes.stored),
    ):
        pairs = [_pair(bench, event_type, theirs=count, ours=sizes.ours) for _ in range(sizes.pairs)]
        figure(
            name,
            ratio_to_djstripe=median([ours.rate / theirs.rate for ours, theirs in pairs]),
            cpu_ratio=median([theirs.cpu_us / ours.cpu_us for ours, theirs in pairs]),
            rate=median([ours.rate for ours, _ in pairs]),
            djstripe_rate=median([theirs.rate for _, theirs in pairs]),
            cpu_us=median([ours.cpu_us for ours, _ in pairs]),
            djstripe_cpu_us=median([theirs.cpu_us for _, theirs in pairs]),
            p99_ms=median([ours.p99_ms for ours, _ in pairs]),
            djstripe_p99_ms=median([theirs.p99_ms for _, theirs in pairs]),
            pairs=sizes.pairs,
            events=sizes.ours,
            event_bytes=len(bench.requests(OURS, 1)[0].partition(b"\r\n\r\n")[2]),
        )


def _pair(bench: _Bench, event_type: str, *, theirs: int, ours: int) -> tuple[Measured, Measured]:
    before = bench.capacity(DJ_STRIPE_PATH, theirs, event_type=event_type)
    measured = bench.capacity(OURS, ours, event_type=event_type)
    after = bench.capacity(DJ_STRIPE_PATH, theirs, event_type=event_type)
    return measured, replace(
        before,
        rate=2 / (1 / before.rate + 1 / after.rate),
        cpu_us=(before.cpu_us + after.cpu_us) / 2,
        p99_ms=max(before.p99_ms, after.p99_ms),
    )


def against_raw_inserts(bench: _Bench, sizes: Sizes) -> None:
    """Against what PostgreSQL itself takes in the same minute, and the lane against Django's middleware."""
    url = bench.stage.database.url
    raw, ours, ordinary = [], [], []
    for _ in range(sizes.pairs):
        before = raw_rate(url, rows=sizes.raw, connections=_RAW_CONNECTIONS)
        ours.append(bench.capacity(OURS, sizes.ours))
        ordinary.append(bench.capacity(WITH_MIDDLEWARE, sizes.ours))
        raw.append((before + raw_rate(url, rows=sizes.raw, connections=_RAW_CONNECTIONS)) / 2)
    figure(
        "webhook_ack_raw_insert",
        ratio_to_raw_insert=median([one.rate / other for one, other in zip(ours, raw, strict=True)]),
        rate=median([one.rate for one in ours]),
        raw_rate=median(raw),
        connections=_RAW_CONNECTIONS,
        pairs=sizes.pairs,
    )
    figure(
        "webhook_ack_lane",
        ratio_to_middleware=median([one.rate / other.rate for one, other in zip(ours, ordinary, strict=True)]),
        cpu_ratio=median([other.cpu_us / one.cpu_us for one, other in zip(ours, ordinary, strict=True)]),
        rate=median([one.rate for one in ours]),
        middleware_rate=median([other.rate for other in ordinary]),
        middleware_cpu_us=median([other.cpu_us for other in ordinary]),
        pairs=sizes.pairs,
    )


def at_fixed_rates(bench: _Bench, sizes: Sizes) -> None:
    """Latency from the due time, which a server that falls behind cannot improve by slowing its clients down."""
    for per_second in _RATES:
        for way, path in (("lane", OURS), ("middleware", WITH_MIDDLEWARE)):
            runs = [
                bench.latency(path, per_second=per_second, seconds=sizes.open_loop_seconds)
                for _ in range(sizes.pairs)
            ]
            figure(
                "webhook_ack_open_loop",
                way=way,
                rate=per_second,
                p50_ms=median([percentile(run.seconds, 0.50) * 1e3 for run in runs]),
                p99_ms=median([percentile(run.seconds, 0.99) * 1e3 for run in runs]),
                worst_ms=max(max(run.seconds) for run in runs) * 1e3,
                events=per_second * sizes.open_loop_seconds,
                runs=len(runs),
            )
