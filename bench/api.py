"""Measures the API under a mixed load of programs beside a plain view of REST framework: same server and database.

Each pair is measured A/B/A (plain, ours, plain), so that a machine which slows down meanwhile favours neither.
"""

import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, replace
from random import Random
from uuid import uuid4

from bench.consumption import cpu_seconds
from bench.load import closed_loop
from bench.report import figure, median, percentile
from bench.stage import ROOT, Stage, stage

_CONNECTIONS = 8
# How often in a hundred requests. What is asked most is whether a customer may do something.
_MIX = {"entitlement": 50, "unchanged": 15, "state": 10, "subscription": 10, "invoices": 6, "plans": 4, "write": 5}
_PATHS = {
    "entitlement": "entitlements/exports/",
    "unchanged": "customer-state/",
    "state": "customer-state/",
    "subscription": "subscription/",
    "invoices": "invoices/?limit=10",
    "plans": "plans/",
    # Refused by our own table, and kept for its repeat: two commits, and no call of Stripe.
    "write": "subscription/cancel/undo/",
}
_WANTED = {200, 304, 409}


@dataclass(frozen=True, slots=True)
class _Program:
    organization: int
    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class _Measured:
    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


class _Bench:
    """One running server and the programs that ask it."""

    def __init__(self, stage: Stage, *, port: int, pid: int) -> None:
        self.stage, self.port, self.pid = stage, port, pid
        self._random = Random(1)  # noqa: S311  # The same load each time, and no secret.
        self.programs = [self._with_etag(program) for program in _programs(stage)]

    def ours(self, count: int, *, only: str = "") -> _Measured:
        """So many requests of the mix, or of one kind, of all programs in turn."""
        kinds = [only] * count if only else self._random.choices(list(_MIX), weights=list(_MIX.values()), k=count)
        programs = self.programs
        return self._run([self._request(kind, programs[n % len(programs)]) for n, kind in enumerate(kinds)])

    def plain(self, count: int) -> _Measured:
        numbers = [program.organization for program in self.programs]
        return self._run([_bytes("GET", f"/plain/{numbers[n % len(numbers)]}/") for n in range(count)])

    def _run(self, requests: list[bytes]) -> _Measured:
        began = self._cpu_seconds()
        outcome = closed_loop(self.port, requests, connections=_CONNECTIONS)
        cpu = self._cpu_seconds() - began
        if unwanted := set(outcome.statuses) - _WANTED:
            raise RuntimeError(f"Some were answered {unwanted}")
        seconds = outcome.seconds
        p50, p99 = percentile(seconds, 0.50) * 1e3, percentile(seconds, 0.99) * 1e3
        return _Measured(outcome.rate, cpu / len(requests) * 1e6, p50, p99)

    def _request(self, kind: str, program: _Program) -> bytes:
        headers = {"Authorization": f"Bearer {program.key}"}
        if kind == "unchanged":
            headers["If-None-Match"] = program.etag
        if kind == "write":
            headers["Idempotency-Key"] = str(uuid4())
        return _bytes("POST" if kind == "write" else "GET", f"/api/v1/{_PATHS[kind]}", **headers)

    def _with_etag(self, program: _Program) -> _Program:
        url = f"http://127.0.0.1:{self.port}/api/v1/{_PATHS['state']}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {program.key}"})  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # Our own server.
            return replace(program, etag=answer.headers["ETag"])

    def _cpu_seconds(self) -> float:
        return cpu_seconds(self.pid) + cpu_seconds(self.stage.database_pid)


def measure(*, is_quick: bool) -> None:
    """One line for the mix beside the plain view, and one for each kind of request."""
    programs, count, pairs = (5, 200, 1) if is_quick else (100, 3000, 3)
    with stage(subscriptions=programs) as made:
        # Counted as always, and never refused.
        running = replace(made, environment={**made.environment, "API_CALLS_PER_MINUTE": str(10**9)})
        with running.web() as (port, pid):
            bench = _Bench(running, port=port, pid=pid)
            bench.plain(count // 10)
            bench.ours(count // 5)
            _mix(bench, count=count, pairs=pairs)
            for kind in _MIX:
                one = bench.ours(count // 5, only=kind)
                figure(
                    "api_request", kind=kind, rate=one.rate, cpu_us=one.cpu_us, p50_ms=one.p50_ms, p99_ms=one.p99_ms
                )


def _mix(bench: _Bench, *, count: int, pairs: int) -> None:
    measured = []
    for _ in range(pairs):
        before = bench.plain(count)
        ours = bench.ours(count)
        measured.append((ours, before, bench.plain(count)))
    ours_all = [ours for ours, _, _ in measured]
    plain_all = [one for _, before, after in measured for one in (before, after)]
    figure(
        "api_mix",
        ratio_to_plain=median([ours.rate / ((before.rate + after.rate) / 2) for ours, before, after in measured]),
        cpu_ratio=median([ours.cpu_us / ((before.cpu_us + after.cpu_us) / 2) for ours, before, after in measured]),
        rate=median([one.rate for one in ours_all]),
        plain_rate=median([one.rate for one in plain_all]),
        p50_ms=median([one.p50_ms for one in ours_all]),
        p99_ms=median([one.p99_ms for one in ours_all]),
        plain_p50_ms=median([one.p50_ms for one in plain_all]),
        plain_p99_ms=median([one.p99_ms for one in plain_all]),
        cpu_us=median([one.cpu_us for one in ours_all]),
        plain_cpu_us=median([one.cpu_us for one in plain_all]),
        connections=_CONNECTIONS,
        requests=count,
        pairs=pairs,
    )


def _programs(stage: Stage) -> list[_Program]:
    words = [sys.executable, "-m", "bench.api_rows"]
    made = subprocess.run(words, cwd=ROOT, env=stage.environment, stdout=subprocess.PIPE, check=True)
    rows = [json.loads(line) for line in made.stdout.splitlines() if line.startswith(b"{")]
    return [_Program(row["organization"], row["key"], "") for row in rows]


def _bytes(method: str, path: str, **headers: str) -> bytes:
    body = "{}" if method == "POST" else ""
    told = {"Host": "127.0.0.1", "Accept": "application/json", **headers}
    if body:
        told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
