"""Reads what a process and its children have used, from Linux's /proc; nothing else."""

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Places in /proc/<pid>/stat behind the program's name: parent, own time, time of children that have ended.
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_seconds(pid: int) -> float:
    """Processor time of the process and all below it, children that have ended included."""
    return sum(sum(map(int, _stat(member)[_TIMES])) for member in family(pid)) / _TICKS_A_SECOND


def rss_bytes(pid: int) -> int:
    """Memory in use by the process and all below it; what they share is counted for each."""
    return sum(int(Path(f"/proc/{member}/statm").read_text().split()[1]) for member in family(pid)) * _PAGE_BYTES


def family(pid: int) -> list[int]:
    """The process and all that it started, directly or not."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int(_stat(int(folder.name))[_PARENT])
            except (FileNotFoundError, ProcessLookupError):
                continue  # It ended between the list and the look.
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
