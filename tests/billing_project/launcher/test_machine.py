"""What stands in the way of a start, found before anything is installed."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HOLD_LOCK = """
import os, sys, time
from pathlib import Path
from billing_project.launcher.machine import DirectoryLock

lock = DirectoryLock(Path(sys.argv[1]))
lock.take()
lock.record({"web": int(sys.argv[2])})
if os.fork():  # As honcho does, once for each process.
    print("held", flush=True)
time.sleep(5)
"""


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def look(
    *, data: Path, port: int = 1, sandbox_port: int = 2, mode: str = "--start", **variables: str
) -> tuple[int, str]:
    """Look at the machine as `make run` does, with the bare interpreter and none of our packages."""
    environment = {
        **os.environ,
        "BILLING_DATA_DIR": str(data),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        **variables,
    }
    command = [sys.executable, "-S", str(ROOT / "billing_project" / "launcher" / "machine.py"), mode]
    result = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert result.stdout == ""
    return result.returncode, result.stderr


def test_a_free_machine_is_ready_without_a_word(tmp_path: Path, free_port: int) -> None:
    assert look(data=tmp_path, port=free_port) == (0, "")


def test_a_taken_port_is_refused_in_one_line_that_names_its_holder(tmp_path: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        code, line = look(data=tmp_path, port=free_port)

    assert code == 1
    assert line.count("\n") == 1
    assert f"Port {free_port} is taken by pid {os.getpid()} (" in line
    assert f"make run PORT={free_port + 1}" in line


def test_a_taken_sandbox_port_is_refused_too(tmp_path: Path, free_port: int) -> None:
    with socket.create_server(("0.0.0.0", free_port)):  # noqa: S104  # A holder on all addresses counts as well.
        code, line = look(data=tmp_path, port=1, sandbox_port=free_port)

    assert (code, line.partition("(")[0]) == (1, f"Port {free_port} is taken by pid {os.getpid()} ")


def test_a_real_stripe_account_needs_no_sandbox_port(tmp_path: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        outcome = look(data=tmp_path, port=1, sandbox_port=free_port, STRIPE_SECRET_KEY="sk_test_own")

    assert outcome == (0, "")


def test_the_two_ports_must_differ(tmp_path: Path, free_port: int) -> None:
    assert look(data=tmp_path, port=free_port, sandbox_port=free_port) == (
        1,
        "PORT and SANDBOX_PORT must differ.\n",
    )


def test_a_second_start_in_the_same_folder_names_the_first(
    tmp_path: Path, free_port: int, sleeper: subprocess.Popen[bytes]
) -> None:
    with held_lock(tmp_path, child=sleeper.pid) as holder:
        outcome = look(data=tmp_path, port=free_port)
        holder.kill()

    assert outcome == (1, f"It is already running here (pid {holder.pid}).\n")


def test_what_a_killed_start_left_behind_is_named(
    tmp_path: Path, free_port: int, sleeper: subprocess.Popen[bytes]
) -> None:
    with held_lock(tmp_path, child=sleeper.pid) as holder:
        holder.kill()

    assert look(data=tmp_path, port=free_port) == (
        1,
        f"An earlier start left these behind: web (pid {sleeper.pid}). Stop them: kill {sleeper.pid}\n",
    )


def test_a_killed_start_without_survivors_is_no_obstacle(
    tmp_path: Path, free_port: int, sleeper: subprocess.Popen[bytes]
) -> None:
    with held_lock(tmp_path, child=sleeper.pid) as holder:
        holder.kill()
    sleeper.kill()
    sleeper.wait()

    assert look(data=tmp_path, port=free_port) == (0, "")


def test_forgetting_deletes_what_a_run_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    for name in ("db.sqlite3", "db.sqlite3-wal", "sandbox.sqlite3", "mail/one.log", "letter.txt"):
        (tmp_path / name).touch()

    outcome = look(data=tmp_path, mode="--forget")

    assert outcome == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_nothing_is_forgotten_while_it_runs(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    (tmp_path / "db.sqlite3").touch()

    with held_lock(tmp_path, child=sleeper.pid) as holder:
        code, _ = look(data=tmp_path, mode="--forget")
        holder.kill()

    assert code == 1
    assert (tmp_path / "db.sqlite3").exists()


def held_lock(data: Path, *, child: int) -> subprocess.Popen[bytes]:
    """A process that holds the folder's lock, as a launcher does whose only child is this one."""
    command = [sys.executable, "-c", HOLD_LOCK, str(data), str(child)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process
