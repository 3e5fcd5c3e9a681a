"""Runs the processes of a Procfile together: all live, or all stop. It must not know what they do."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

STOP_SECONDS = 10
LAST_SECONDS = 3
SIGNAL_EXIT_CODES = (129, 130, 143)  # 128 and the number of SIGHUP, SIGINT, SIGTERM.


class Stack(Manager):
    """honcho's manager, made sure to end: within `stop_seconds`, and with an exit code that tells why.

    `companion` runs in a thread beside the processes; when it raises, all stop. `record` gets the children's pids.
    """

    def __init__(
        self,
        procfile: str,
        *,
        companion: Callable[[], None],
        record: Callable[[dict[str, int]], None],
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        super().__init__(Printer(sys.stdout))
        for name, command in parse_procfile(procfile).processes.items():
            self.add_process(name, command)
        self._companion = companion
        self._record = record
        self._stop_seconds = stop_seconds
        self._stop_began: float | None = None
        self.fault = ""

    def run(self) -> int:
        """Stay until every process has ended: 128 and its number after a signal, else 1 with `fault` saying why."""
        signal.signal(signal.SIGHUP, self._hang_up)
        try:
            self.loop()
        finally:
            # Whatever broke the loop, such as a closed terminal, no process may outlive it.
            self._kill_survivors()
        return self._exit_code()

    def terminate(self) -> None:
        """Ask every process to end. Called by honcho after a signal or a death, and when the companion fails."""
        if self._stop_began is None:
            self._stop_began = time.monotonic()
            self.fault = self.fault or self._name_the_dead()
        if self._all_started():  # Until then honcho does not know every pid; _watch asks again.
            super().terminate()

    def kill(self) -> None:
        """Kill what still lives after `stop_seconds`. honcho asks after five, too early for a task in hand."""
        if self._stop_began is not None and time.monotonic() - self._stop_began >= self._stop_seconds:
            super().kill()

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        # The processes have sessions of their own, so that the end of the terminal does not reach them.
        self.returncode = 128 + number
        self.terminate()

    def _exit_code(self) -> int:
        return self.returncode if not self.fault and self.returncode in SIGNAL_EXIT_CODES else 1

    def _kill_survivors(self) -> None:
        for entry in self._processes.values():
            if "returncode" not in entry and "pid" in entry:
                self._procmgr.kill(entry["pid"])

    def _name_the_dead(self) -> str:
        return " ".join(
            f"{name} ended by itself with exit code {entry['returncode']}, so everything was stopped."
            for name, entry in self._processes.items()
            if "returncode" in entry
        )

    def _start(self) -> None:
        super()._start()  # Forks, which is why the threads come after it.
        threading.Thread(target=self._watch, daemon=True).start()
        threading.Thread(target=self._accompany, daemon=True).start()

    def _accompany(self) -> None:
        try:
            self._companion()
        except Exception as fault:  # noqa: BLE001  # Any failure is told and stops all.
            if self._stop_began is None:
                self.fault = str(fault) or type(fault).__name__
                self.terminate()

    def _watch(self) -> None:
        """Write the children down, and bring a stop to its end even if no process reacts."""
        while not self._all_started():
            time.sleep(0.02)
        self._record({name: entry["pid"] for name, entry in self._processes.items()})
        while self._stop_began is None:
            time.sleep(0.2)
        while time.monotonic() - self._stop_began < self._stop_seconds + LAST_SECONDS:
            self.terminate()
            self.kill()
            time.sleep(0.2)
        # honcho waits for a word from each process, and one may have been lost.
        self._kill_survivors()
        os._exit(self._exit_code())
