"""A server program on 127.0.0.1 with a port and a folder of its own: started, killed, started again, stopped.

It runs in the foreground as our child, so that its pid is known and nothing else is ever signalled.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_DEATH_SECONDS = 10.0
_UNPRIVILEGED = "nobody"


class ServerFailed(Exception):
    """The program ended or stayed silent; the message holds the end of its log."""


class Server(ABC):
    """Runs within `with`, after which nothing of it is left. `name` is for people, `package` for apt."""

    name: str
    package: str
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.port = _free_port()
        # Straight below the system's folder: another user gets through to it.
        self.folder = Path(tempfile.mkdtemp(prefix="billing-server-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, _UNPRIVILEGED)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *fault: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @classmethod
    @abstractmethod
    def programs(cls) -> Path | None:
        """The folder of the server's programs, or None where it is not installed."""

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it takes orders now. Must not raise."""

    def start(self) -> None:
        """Start and wait until it answers; after `stop` or `kill` on the same port and data. Raises ServerFailed."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(), cwd=self.folder, stdout=log, stderr=log, start_new_session=True, **unprivileged()
            )
        ends_at = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > ends_at:
                self.kill()
                raise ServerFailed(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order, without waiting for its clients. Safe to repeat."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a machine that loses power would. Safe to repeat."""
        if self.process is None or self.process.poll() is not None:
            return
        children = _children(self.process.pid)
        self.process.kill()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        ends_at = time.monotonic() + _DEATH_SECONDS
        # What still lives holds memory without which PostgreSQL does not start again.
        while any(_lives(pid) for pid in children) and time.monotonic() < ends_at:
            time.sleep(0.02)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


def unprivileged() -> dict[str, Any]:
    """For subprocess: root's children run as somebody else, because PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    pairs = [line.split() for line in listed.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
