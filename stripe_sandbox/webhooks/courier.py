"""Decides when pending deliveries are tried: in billing time, in creation order, one at a time for an endpoint."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stripe_sandbox.engine import test_clocks
from stripe_sandbox.engine.collection import note_created_delivered
from stripe_sandbox.faults import Fault
from stripe_sandbox.store.schema import READY
from stripe_sandbox.store.unit import Unit
from stripe_sandbox.webhooks.sending import Attempt, send

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

logger = logging.getLogger(__name__)
GONE = 410
DELAYED = "delayed by a fault"
QUIESCE_SECONDS = 1.0
DUE = (
    "SELECT d.*, e.body FROM deliveries d JOIN events e ON e.id = d.event_id"
    f" WHERE d.{READY} AND d.endpoint_id = ? AND d.due_at <= ? ORDER BY d.seq LIMIT 1"
)


class Courier:
    """Threads that deliver. The state file holds what is pending, so that a killed process loses nothing."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._wake = threading.Condition()
        self._workers: dict[str, threading.Thread] = {}
        self._stopped = threading.Event()
        self.is_paused = False

    def wake(self) -> None:
        """Look for work now: called after each committed change, each move of the clock and each tick."""
        if self._stopped.is_set() or self.is_paused:
            return
        rows = (
            self._sandbox.database.reading()
            .execute(
                f"SELECT DISTINCT endpoint_id FROM deliveries WHERE {READY} AND due_at <= ?",
                (self._sandbox.clock.now(),),
            )
            .fetchall()
        )
        for row in rows:
            self._ensure_worker(row["endpoint_id"])

    def _ensure_worker(self, endpoint_id: str) -> None:
        with self._wake:
            if endpoint_id in self._workers:
                return
            worker = threading.Thread(target=self._work, args=(endpoint_id,), daemon=True)
            self._workers[endpoint_id] = worker
        worker.start()

    def stop(self) -> None:
        """End the threads after the delivery under way."""
        self._stopped.set()
        with self._wake:
            self._wake.notify_all()

    def pause(self) -> None:
        """Hold everything back; it stays pending."""
        self.is_paused = True

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold everything back for this block; what was held before stays held after it."""
        was_paused = self.is_paused
        self.pause()
        try:
            yield
        finally:
            if not was_paused:
                self.resume()

    def quiesce(self) -> None:
        """Pause, and give the delivery under way a second to end, so that it does not reach into an emptied state."""
        self.pause()
        ends_at = time.monotonic() + QUIESCE_SECONDS
        while self._workers and time.monotonic() < ends_at:
            with self._wake:
                self._wake.wait(timeout=0.01)

    def resume(self) -> None:
        """Deliver again, the held ones first."""
        self.is_paused = False
        self.wake()

    def drain(self, *, until: int) -> None:
        """Wait until everything due by then was tried; returns at once when paused."""
        while not self.is_paused and not self._stopped.is_set():
            self.wake()
            row = self._sandbox.database.reading().execute(
                f"SELECT count(*) AS n FROM deliveries WHERE {READY} AND due_at <= ?", (until,)
            )
            if row.fetchone()["n"] == 0:
                return
            with self._wake:
                self._wake.wait(timeout=0.02)

    def _work(self, endpoint_id: str) -> None:
        """Deliver until nothing is due for this endpoint; the next wake starts another thread."""
        try:
            while True:
                if self._deliver_next(endpoint_id):
                    continue
                # Under the lock, so that a wake either sees this thread at work or starts a new one.
                with self._wake:
                    if self._stopped.is_set() or self.is_paused or not self._has_work(endpoint_id):
                        del self._workers[endpoint_id]
                        return
        except Exception:
            logger.exception("deliveries to one endpoint stopped; the next wake goes on")
            with self._wake:
                self._workers.pop(endpoint_id, None)
        finally:
            self._sandbox.database.close_reader()
            self._notify()

    def _has_work(self, endpoint_id: str) -> bool:
        due = (endpoint_id, self._sandbox.clock.now())
        return self._sandbox.database.reading().execute(DUE, due).fetchone() is not None

    def _deliver_next(self, endpoint_id: str) -> bool:
        sandbox = self._sandbox
        if self._stopped.is_set() or self.is_paused:
            return False
        now = sandbox.clock.now()
        row = sandbox.database.reading().execute(DUE, (endpoint_id, now)).fetchone()
        if row is None:
            return False
        endpoint = sandbox.reader(row["account"]).find("webhook_endpoint", endpoint_id)
        if endpoint is None or endpoint.get("_is_deleted") or endpoint["status"] != "enabled":
            self._finish(row, Attempt(status=None, error="endpoint gone"), state="failed")
            return True
        fault = sandbox.faults.take_for_event(row["event_type"], endpoint=endpoint_id)
        if fault is not None and fault.name == "reorder":
            row = self._any_of_next(endpoint_id, now=now, fault=fault) or row
        if fault is not None and fault.name == "drop":
            self._finish(row, Attempt(status=None, error="dropped by a fault"), state="failed")
            return True
        if fault is not None and fault.name == "delay" and row["last_error"] != DELAYED:
            self._postpone(row, now=now, fault=fault)
            return True
        self._record(row, self._send(row, secret=endpoint["_secret"], fault=fault))
        return True

    def _send(self, row: sqlite3.Row, *, secret: str, fault: Fault | None) -> Attempt:
        """Send once, or twice where a fault says so: one after the other, or at once on two connections."""

        def one(_turn: int) -> Attempt:
            seconds = float(self._sandbox.settings["webhook_timeout_seconds"])
            return send(row["url"], row["body"].encode(), secret=secret, timeout_seconds=seconds, fault=fault)

        if fault is None or fault.name != "duplicate":
            return one(1)
        if not fault.at_once:
            return [one(turn) for turn in (1, 2)][-1]
        with ThreadPoolExecutor(2) as connections:
            return list(connections.map(one, (1, 2)))[-1]

    def _any_of_next(self, endpoint_id: str, *, now: int, fault: Fault) -> sqlite3.Row | None:
        """One of the next due deliveries by chance: the order that Stripe does not promise."""
        query = DUE.replace("LIMIT 1", "LIMIT ?")
        rows = self._sandbox.database.reading().execute(query, (endpoint_id, now, fault.window)).fetchall()
        return fault.chance.choice(rows) if rows else None

    def _record(self, row: sqlite3.Row, attempt: Attempt) -> None:
        sandbox = self._sandbox
        wall_pauses: list[float] = sandbox.settings["retry_wall_seconds"]
        is_wall = bool(wall_pauses) and sandbox.clock.body()["is_frozen"]
        pauses: list[float] = wall_pauses if is_wall else sandbox.settings["webhook_retry_seconds"]
        if attempt.is_delivered:
            self._finish(row, attempt, state="succeeded")
        elif attempt.status == GONE or row["attempts"] >= len(pauses):
            self._finish(row, attempt, state="failed")
        elif is_wall:
            # Billing time stands still: the same moment of it, some seconds of system time later.
            wait_until = time.time() + pauses[row["attempts"]]
            self._finish(row, attempt, state="pending", due_at=sandbox.clock.now(), not_before_wall=wait_until)
        else:
            due_at = sandbox.clock.now() + int(pauses[row["attempts"]])
            self._finish(row, attempt, state="pending", due_at=due_at)

    def _postpone(self, row: sqlite3.Row, *, now: int, fault: Fault) -> None:
        is_wall = fault.clock == "wall"
        due_at = now if is_wall else now + int(fault.seconds)
        not_before = time.time() + fault.seconds if is_wall else 0.0
        with self._sandbox.database.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET due_at = ?, not_before_wall = ?, last_error = ? WHERE seq = ?",
                (due_at, not_before, DELAYED, row["seq"]),
            )
        self._notify()

    def _finish(
        self,
        row: sqlite3.Row,
        attempt: Attempt,
        *,
        state: str,
        due_at: int | None = None,
        not_before_wall: float = 0.0,
    ) -> None:
        with self._sandbox.unit(row["account"]) as unit:
            unit.connection.execute(
                "UPDATE deliveries SET state = ?, due_at = ?, attempts = attempts + 1, last_status = ?,"
                " last_error = ?, attempted_at = ?, not_before_wall = ? WHERE seq = ?",
                (
                    state,
                    due_at or row["due_at"],
                    attempt.status,
                    attempt.error,
                    int(time.time()),
                    not_before_wall,
                    row["seq"],
                ),
            )
            if state == "succeeded" and row["event_type"] == "invoice.created":
                _note_invoice(unit, event_id=row["event_id"])
        self._notify()

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def resend(self, event_id: str) -> int:
        """Deliver the event once more to each endpoint that it once went to; returns how many."""
        with self._sandbox.database.writing() as connection:
            changed = connection.execute(
                "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = ?, not_before_wall = 0"
                " WHERE event_id = ?",
                (self._sandbox.clock.now(), event_id),
            ).rowcount
        self.wake()
        return changed


def _note_invoice(unit: Unit, *, event_id: str) -> None:
    """Stripe finalises a renewal draft one hour after its creation was received everywhere."""
    waiting = unit.connection.execute(
        "SELECT count(*) AS n FROM deliveries WHERE event_id = ? AND state != 'succeeded'", (event_id,)
    ).fetchone()
    if waiting["n"] == 0:
        row = unit.connection.execute("SELECT object_id FROM events WHERE id = ?", (event_id,)).fetchone()
        if row is not None:
            test_clocks.stand_even_if_advancing(unit, row["object_id"])
            note_created_delivered(unit, row["object_id"])
