"""Says whether a port is taken and by which program; it must know nothing beyond the standard library."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path

LISTENING = "0A"  # The state column of /proc/net/tcp.
PROC = Path("/proc")


def is_taken(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    with socket.socket() as probe:
        # Without it a connection that closed a moment ago would count as a holder.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def becomes_free(port: int, *, within_seconds: float) -> bool:
    """Whether the port is free now or gets free in time."""
    ends_at = time.monotonic() + within_seconds
    while is_taken(port):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.1)
    return True


def holder(port: int) -> str:
    """The program behind a taken port, as `pid 17 (python -m http.server)`."""
    pid = _pid_from_proc(port) or _pid_from_lsof(port)
    return f"pid {pid} ({command(pid)})" if pid else "a program that you may not see"


def command(pid: int) -> str:
    """A process's command line, shortened to one readable line."""
    with contextlib.suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        return " ".join(word.decode(errors="replace") for word in words if word)[:120] or "ended"
    return _first_line(["ps", "-o", "command=", "-p", str(pid)])[:120] or "unknown"


def started_at(pid: int) -> str | None:
    """A mark of when the process started: pids are used again, the pair of both is not. None once it has ended."""
    with contextlib.suppress(OSError):
        # The name in the second field may hold spaces; the fields after its bracket are fixed.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    if PROC.joinpath("self").exists():
        return None
    return _first_line(["ps", "-o", "lstart=", "-p", str(pid)]) or None


def _pid_from_proc(port: int) -> int | None:
    sockets = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{columns[9]}]")
    pids = sorted(int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()) if sockets else []
    return next((pid for pid in pids if _has_open(pid, sockets)), None)


def _has_open(pid: int, sockets: set[str]) -> bool:
    # A process may end while it is looked at, and another user's may not be looked at.
    with contextlib.suppress(OSError):
        for descriptor in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(descriptor.readlink()) in sockets:
                    return True
    return False


def _pid_from_lsof(port: int) -> int | None:
    line = _first_line(["lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"])
    return int(line) if line.isdigit() else None


def _first_line(arguments: list[str]) -> str:
    try:
        answer = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip().partition("\n")[0]
