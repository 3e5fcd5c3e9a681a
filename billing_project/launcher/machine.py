"""Decides whether this machine can start the product now; it must know nothing beyond the standard library.

It runs on the system's Python before anything is installed, and again inside the launcher.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

try:
    from billing_project.launcher import ports
except ImportError:  # Started as a script, when nothing is installed: the neighbour is a plain module then.
    import ports  # type: ignore[import-not-found,no-redef]

ROOT = Path(__file__).resolve().parent.parent.parent
OLDEST_PYTHON = (3, 11)
# A process of an earlier start that is just ending, such as gunicorn's worker, gives its port back within a second.
PATIENCE_SECONDS = 2.0
RUN_FILES = ("db.sqlite3*", "broker.sqlite3*", "sandbox.sqlite3*", "mail", "launcher.lock")


class NotReady(Exception):
    """The one line that tells a person what is in the way and what to do about it."""


def setting(name: str, *, default: str) -> str:
    """A variable as the settings will read it: the environment first, then the file `.env`."""
    if name in os.environ:
        return os.environ[name]
    lines = (ROOT / ".env").read_text().splitlines() if (ROOT / ".env").is_file() else []
    pairs = dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    return pairs.get(name, default).strip().strip("'\"")


def data_dir() -> Path:
    return (ROOT / setting("BILLING_DATA_DIR", default="var")).resolve()


def uses_sandbox() -> bool:
    return not setting("STRIPE_SECRET_KEY", default="")


def require_python() -> None:
    """Raises NotReady below Python 3.11, or where no virtual environment can be made."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise NotReady(
            f"Python 3.11 or newer is needed, and {sys.executable} is {found}. "
            "Name a newer one: make run PYTHON=python3.12"
        )
    if not (ROOT / ".venv").exists() and not (
        importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
    ):
        raise NotReady("Python cannot make virtual environments here: apt install python3-venv")


class DirectoryLock:
    """One launcher per data directory; the file also names its children, so that left-overs can be found."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = (directory / "launcher.lock").open("a+")
        # honcho forks; a fork that outlives a killed launcher must not hold the lock in its place.
        os.register_at_fork(after_in_child=self._file.close)

    def take(self) -> None:
        """Hold the lock until this process ends. Raises NotReady while another start or its left-overs live."""
        self._file.seek(0)
        text = self._file.read()
        record = json.loads(text) if text else {}
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotReady(f"It is already running here (pid {record.get('pid', 'unknown')}).") from None
        alive = {
            name: pid
            for name, (pid, started) in record.get("children", {}).items()
            if ports.started_at(pid) == started
        }
        if alive:
            names = ", ".join(f"{name} (pid {pid})" for name, pid in alive.items())
            pids = " ".join(str(pid) for pid in alive.values())
            raise NotReady(f"An earlier start left these behind: {names}. Stop them: kill {pids}")

    def record(self, children: dict[str, int]) -> None:
        """Write down this launcher's pid and its children's pids with their start times."""
        marked = {name: [pid, ports.started_at(pid)] for name, pid in children.items()}
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "children": marked}))
        self._file.flush()

    def release(self) -> None:
        self._file.truncate(0)
        self._file.close()


def require_free_ports() -> None:
    """Raises NotReady naming the holder of the first taken port. The two ports must differ."""
    wanted = {"PORT": int(setting("PORT", default="8000"))}
    if uses_sandbox():
        wanted["SANDBOX_PORT"] = int(setting("SANDBOX_PORT", default="12111"))
    for variable, port in wanted.items():
        if not ports.becomes_free(port, within_seconds=PATIENCE_SECONDS):
            raise NotReady(
                f"Port {port} is taken by {ports.holder(port)}. "
                f"Stop it, or choose another port: make run {variable}={port + 1}"
            )
    if len(set(wanted.values())) < len(wanted):
        raise NotReady("PORT and SANDBOX_PORT must differ.")


def forget(directory: Path) -> None:
    """Delete what runs leave in the data directory, and nothing else that may lie there."""
    for pattern in RUN_FILES:
        for path in directory.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main(arguments: list[str]) -> int:
    try:
        require_python()
        if arguments:
            lock = DirectoryLock(data_dir())
            lock.take()
        if "--start" in arguments:
            require_free_ports()
        if "--forget" in arguments:
            forget(data_dir())
    except NotReady as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
