"""Decides how billing time passes: everything that falls due is done in time order, each thing by itself."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stripe_sandbox.engine import test_clocks
from stripe_sandbox.engine.timers import HANDLERS
from stripe_sandbox.store.schema import READY
from stripe_sandbox.store.unit import COMMON_TIME

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

logger = logging.getLogger(__name__)
LONGEST_SLEEP_SECONDS = 0.5


class TimeEngine:
    """A thread that does what is due, and the walk through time that a moved clock takes."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._turn = threading.RLock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin watching the clock."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()
        self._wake.set()

    def wake(self) -> None:
        """Something new may be due now."""
        self._wake.set()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nothing falls due inside this block."""
        with self._turn:
            yield

    def next_due(self) -> int | None:
        """The earliest moment at which anything is or was due, or None."""
        row = (
            self._sandbox.database.reading()
            .execute(
                "SELECT min(due_at) AS due_at FROM (SELECT min(due_at) AS due_at FROM timers"
                f" UNION ALL SELECT min(due_at) FROM deliveries WHERE {READY})"
            )
            .fetchone()
        )
        return None if row["due_at"] is None else int(row["due_at"])

    def next_moment(self) -> int | None:
        """The next moment worth moving the clock to: deliveries that are due already (or held back) are not."""
        now = self._sandbox.clock.now()
        row = (
            self._sandbox.database.reading()
            .execute(
                "SELECT min(due_at) AS due_at FROM (SELECT min(due_at) AS due_at FROM timers"
                f" UNION ALL SELECT min(due_at) FROM deliveries WHERE {READY} AND due_at > ?)",
                (now,),
            )
            .fetchone()
        )
        return None if row["due_at"] is None else max(int(row["due_at"]), now)

    def advance_to(self, moment: float) -> None:
        """Walk to this moment; deliveries of each step are tried before the next step.

        Raises ValueError for a moment that has passed.
        """
        sandbox = self._sandbox
        with self._turn:
            if moment < sandbox.clock.exact() - 1:
                raise ValueError("the clock goes forward only")
            sandbox.clock.hold(sandbox.clock.exact())
            try:
                self._walk(until=moment)
                sandbox.clock.hold(moment)
                sandbox.courier.drain(until=int(moment))
            finally:
                sandbox.clock.release()
        sandbox.courier.wake()

    def send_off(self, account_id: str, clock_id: str) -> None:
        """Walk a test clock now, or after the seconds of system time that the switch `slow_clock` names."""
        seconds = float(self._sandbox.settings["slow_clock"])
        if seconds <= 0:
            self.advance_test_clock(account_id, clock_id)
            return
        timer = threading.Timer(seconds, self._walk_later, args=(account_id, clock_id))
        timer.daemon = True
        timer.start()

    def _walk_later(self, account_id: str, clock_id: str) -> None:
        try:
            if not self._stopped.is_set():
                self.advance_test_clock(account_id, clock_id)
        except Exception:
            logger.exception("a test clock stopped on its way; the next start goes on")
        finally:
            self._sandbox.database.close_reader()

    def advance_test_clock(self, account_id: str, clock_id: str) -> None:
        """Walk a test clock to the target that it carries; each step's deliveries are tried before the next step."""
        sandbox = self._sandbox
        while True:
            with sandbox.unit(account_id) as unit:
                clock = unit.find(test_clocks.KIND, clock_id)
                if clock is None or clock.get("_is_deleted") or clock["status"] != "advancing":
                    return
                target = clock["status_details"]["advancing"]["target_frozen_time"]
                row = unit.connection.execute(
                    "SELECT * FROM clock_timers WHERE clock = ? AND due_at <= ? ORDER BY due_at, seq LIMIT 1",
                    (clock_id, target),
                ).fetchone()
                if row is None:
                    test_clocks.finish_advance(unit, clock_id)
                    return
                clock["frozen_time"] = max(row["due_at"], clock["frozen_time"])
                unit.move_to_clock(clock_id, now=clock["frozen_time"])
                unit.connection.execute("DELETE FROM clock_timers WHERE seq = ?", (row["seq"],))
                HANDLERS[row["kind"]](unit, row["object_id"])
            sandbox.courier.drain(until=sandbox.clock.now())

    def _resume_test_clocks(self) -> None:
        """Go on where a killed process left a clock on its way."""
        rows = self._sandbox.database.reading().execute(
            "SELECT account, id FROM objects WHERE kind = ? AND json_extract(data, '$.status') = 'advancing'"
            " AND json_extract(data, '$._is_deleted') IS NULL",
            (test_clocks.KIND,),
        )
        for row in rows.fetchall():
            self.advance_test_clock(row["account"], row["id"])

    def _walk(self, *, until: float) -> None:
        sandbox = self._sandbox
        sandbox.courier.drain(until=sandbox.clock.now())
        last = -1
        while (due_at := self._next_step(after=last)) is not None and due_at <= until:
            sandbox.clock.hold(due_at)
            while self._run_one(until=due_at):
                pass
            sandbox.courier.drain(until=due_at)
            last = due_at

    def _next_step(self, *, after: int) -> int | None:
        if not self._sandbox.courier.is_paused:
            return self.next_due()
        # Paused deliveries stay pending; only timers lead on.
        row = self._sandbox.database.reading().execute("SELECT min(due_at) AS due_at FROM timers").fetchone()
        return None if row["due_at"] is None else max(int(row["due_at"]), after)

    def _run_one(self, *, until: int) -> bool:
        sandbox = self._sandbox
        row = (
            sandbox.database.reading()
            .execute("SELECT * FROM timers WHERE due_at <= ? ORDER BY due_at, seq LIMIT 1", (until,))
            .fetchone()
        )
        if row is None:
            return False
        with sandbox.unit(row["account"], now=row["due_at"]) as unit:
            gone = unit.connection.execute("DELETE FROM timers WHERE seq = ?", (row["seq"],)).rowcount
            if gone:
                if row["kind"] in COMMON_TIME:
                    test_clocks.stand_even_if_advancing(unit, row["object_id"])
                HANDLERS[row["kind"]](unit, row["object_id"])
        return True

    def _watch(self) -> None:
        self._resume_test_clocks()
        while not self._stopped.is_set():
            try:
                with self._turn:
                    while self._run_one(until=self._sandbox.clock.now()):
                        pass
                self._sandbox.courier.wake()
            except Exception:
                logger.exception("a due step failed; it stays due")
            self._wake.wait(timeout=LONGEST_SLEEP_SECONDS)
            self._wake.clear()
