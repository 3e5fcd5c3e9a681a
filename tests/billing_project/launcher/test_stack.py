"""The stack with processes of the shell in the place of ours."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from billing_project.launcher.stack import Stack

def companion():
    if sys.argv[2]:
        raise RuntimeError(sys.argv[2])

stack = Stack(
    sys.argv[1],
    companion=companion,
    record=lambda children: print("recorded", *children.values(), flush=True),
    stop_seconds=1,
)
code = stack.run()
print(stack.fault, file=sys.stderr)
sys.exit(code)
"""


class Run:
    """One stack in a process of its own."""

    def __init__(self, *lines: str, companion_fault: str = "") -> None:
        arguments = [sys.executable, "-c", PROGRAM, "\n".join(lines), companion_fault]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(arguments, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)
        self.pids: list[int] = []

    def wait_until_recorded(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.match(r"recorded ([\d ]+)", line):
                self.pids = [int(pid) for pid in found[1].split()]
                return

    def finish(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=15)
        return self.process.returncode, errors

    def survivors(self) -> list[int]:
        """The process groups of the children in which something still lives; what waits to be reaped is dead."""
        listed = subprocess.run(["ps", "-eo", "pgid=,stat="], check=True, capture_output=True, text=True)
        living = {int(line.split()[0]) for line in listed.stdout.splitlines() if "Z" not in line}
        return [pid for pid in self.pids if pid in living]


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    started: list[Run] = []
    yield started
    for run in started:
        run.process.kill()
        run.process.communicate()


def test_one_dead_process_stops_all_and_is_named(runs: list[Run]) -> None:
    run = Run("long: exec sleep 60", "short: sleep 0.5; exit 3")
    runs.append(run)
    run.wait_until_recorded()

    code, errors = run.finish()

    assert code == 1
    assert errors == "short ended by itself with exit code 3, so everything was stopped.\n"
    assert run.survivors() == []


def test_a_process_that_ends_well_still_stops_all_with_a_fault(runs: list[Run]) -> None:
    run = Run("long: exec sleep 60", "short: sleep 0.2")
    runs.append(run)

    code, errors = run.finish()

    assert (code, errors.split(",")[0]) == (1, "short ended by itself with exit code 0")


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_all_processes_and_their_children(number: int, expected: int, runs: list[Run]) -> None:
    run = Run("one: exec sleep 60", "family: sleep 60 & wait")
    runs.append(run)
    run.wait_until_recorded()

    run.process.send_signal(number)
    code, errors = run.finish()

    assert (code, errors) == (expected, "\n")
    assert run.survivors() == []


def test_a_process_that_ignores_the_request_is_killed(runs: list[Run]) -> None:
    run = Run("deaf: trap '' TERM; while true; do sleep 0.1; done")
    runs.append(run)
    run.wait_until_recorded()
    began = time.monotonic()

    run.process.terminate()
    code, _ = run.finish()

    assert code == 143
    assert time.monotonic() - began < 5
    assert run.survivors() == []


def test_a_signal_in_the_first_moment_is_not_lost(runs: list[Run]) -> None:
    run = Run("one: exec sleep 60", "two: exec sleep 60", "three: exec sleep 60")
    runs.append(run)
    assert run.process.stdout is not None
    run.process.stdout.readline()  # The first process has started, the others perhaps not.

    run.process.terminate()
    code, _ = run.finish()

    assert code == 143


def test_a_companion_that_fails_stops_all_with_its_words(runs: list[Run]) -> None:
    run = Run("one: exec sleep 60", companion_fault="The catalogue was refused.")
    runs.append(run)
    run.wait_until_recorded()

    code, errors = run.finish()

    assert (code, errors) == (1, "The catalogue was refused.\n")
    assert run.survivors() == []


def test_a_closed_terminal_leaves_no_process_behind(runs: list[Run]) -> None:
    run = Run("one: while true; do echo still here; sleep 0.1; done")
    runs.append(run)
    run.wait_until_recorded()
    assert run.process.stdout is not None

    run.process.stdout.close()
    code = run.process.wait(timeout=15)

    assert code != 0
    assert run.survivors() == []
