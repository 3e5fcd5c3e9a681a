"""Decides which planned fault meets a request, an event or a charge; each fault is used up by its count."""

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

EVENT_FAULTS = frozenset({"drop", "duplicate", "delay"})
REQUEST_FAULTS = frozenset(
    {"timeout_after_commit", "http_500_before", "http_500_after_commit", "http_429", "latency"}
)
CHARGE_FAULTS = frozenset({"decline"})
NAMES = EVENT_FAULTS | REQUEST_FAULTS | CHARGE_FAULTS


@dataclass
class Fault:
    """One planned fault. `times` None means every time; `seconds` is for latency and delay."""

    name: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    seconds: float = 1.0
    code: str = "generic_decline"


class Faults:
    """The faults that are still to come. They do not survive the process and are no part of billing state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault. Raises ValueError for a name that does not exist."""
        if fault.name not in NAMES:
            raise ValueError(f"unknown fault {fault.name}; known: {', '.join(sorted(NAMES))}")
        with self._lock:
            self._planned.append(fault)

    def clear(self) -> None:
        """No faults from here on."""
        with self._lock:
            self._planned.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The planned faults as JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._planned]

    def take_for_request(self, *, method: str, path: str) -> Fault | None:
        """The first fault that fits this call, used up by one."""
        return self._take(REQUEST_FAULTS, {"method": method, "path": path})

    def take_for_event(self, event_type: str) -> Fault | None:
        """The first fault that fits this event, used up by one."""
        return self._take(EVENT_FAULTS, {"type": event_type})

    def take_for_charge(self, *, customer: str | None, payment_method: str, fingerprint: str) -> Fault | None:
        """The first planned decline that fits this charge, used up by one."""
        facts = {"customer": customer or "", "payment_method": payment_method, "fingerprint": fingerprint}
        return self._take(CHARGE_FAULTS, facts)

    def _take(self, names: frozenset[str], facts: dict[str, str]) -> Fault | None:
        with self._lock:
            for fault in self._planned:
                if fault.name in names and _fits(fault.match, facts):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._planned.remove(fault)
                    return fault
        return None


def _fits(match: dict[str, str], facts: dict[str, str]) -> bool:
    for name, wanted in match.items():
        seen = facts.get(name, "")
        if wanted.endswith("*"):
            if not seen.startswith(wanted[:-1]):
                return False
        elif seen != wanted:
            return False
    return True
