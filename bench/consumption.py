"""Reads what a process and its children have used, from Linux's /proc; nothing else."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Places in /proc/<pid>/stat behind the program's name: parent, own time and that of children that have ended, pages.
_PARENT, _TIMES, _RSS_PAGES = 1, slice(11, 15), 21


def cpu_seconds(pid: int) -> float:
    """Processor time of the process and all below it, children that have ended included."""
    return sum(sum(map(int, stat[_TIMES])) for stat in _family(pid).values()) / _TICKS_A_SECOND


def rss_bytes(pid: int) -> int:
    """Memory in use by the process and all below it; what they share is counted for each."""
    return sum(int(stat[_RSS_PAGES]) for stat in _family(pid).values()) * _PAGE_BYTES


def _family(pid: int) -> dict[int, list[str]]:
    """What the system says of the process and of all that it started, directly or not; each is read once."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            # One may end between the list and the look; its time is then its parent's.
            with suppress(FileNotFoundError, ProcessLookupError):
                stats[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
    members = [pid]
    for member in members:
        members += [child for child, stat in stats.items() if int(stat[_PARENT]) == member]
    return {member: stats[member] for member in members}
