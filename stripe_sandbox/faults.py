"""Decides which planned fault meets a request, an event or a charge; each fault is used up by its count."""

import random
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

EVENT_FAULTS = frozenset(
    {
        "drop",
        "duplicate",
        "delay",
        "reorder",
        "webhook_slow",
        "webhook_reset",
        "bad_signature",
        "foreign_secret",
        "old_timestamp",
        "future_timestamp",
        "livemode_true",
    }
)
REQUEST_FAULTS = frozenset(
    {
        "timeout_after_commit",
        "http_500_before",
        "http_500_after_commit",
        "http_429",
        "connection_reset",
        "latency",
        "idempotency_in_flight",
        "idempotency_pruned",
        "pay_on_hosted_page",
    }
)
READ_FAULTS = frozenset({"stale_read", "missing", "extra_keys", "unknown_enum"})
CHARGE_FAULTS = frozenset({"decline"})
MOST = 1_000_000
LONGEST_SECONDS = 366 * 86_400
CLOCKS = ("billing", "wall")
MATCHED = frozenset(
    {"method", "path", "id", "type", "endpoint", "customer", "payment_method", "fingerprint"},
)
NAMES = EVENT_FAULTS | REQUEST_FAULTS | READ_FAULTS | CHARGE_FAULTS


@dataclass
class Fault:
    """One planned fault. `times` None means every time; `seconds` is for latency, delay and webhook_slow.

    `most_seconds`: a latency is drawn between `seconds` and this. `clock`: a delay passes in billing or in wall time.
    `at_once`: a duplicate goes out on two connections at the same time. `invoice`: the one that pay_on_hosted_page
    pays; without it the one that the call's path names, else the newest open one.

    `nth`: the first call or event that it meets, counted among those that fit. `probability` is the share of what
    fits that it meets; with a `seed` the choice is the same each time. `window`: among how many pending deliveries
    reorder chooses. `back`: how many changes ago stale_read looks. `told`: what a decline says besides its `code`.
    """

    name: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    seconds: float = 1.0
    code: str = "generic_decline"
    nth: int = 1
    probability: float = 1.0
    seed: int | None = None
    window: int = 5
    back: int = 1
    most_seconds: float = 0.0
    clock: str = "billing"
    at_once: bool = False
    invoice: str = ""
    told: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError("probability is above 0 and at most 1")
        if not (1 <= self.nth <= MOST and 2 <= self.window <= MOST and 1 <= self.back <= MOST):
            raise ValueError(f"nth and back are from 1, window from 2, each to {MOST}")
        if not (0 <= self.seconds <= LONGEST_SECONDS and 0 <= self.most_seconds <= LONGEST_SECONDS):
            raise ValueError(f"seconds and most_seconds are from 0 to {LONGEST_SECONDS}")
        if self.times is not None and not 1 <= self.times <= MOST:
            raise ValueError(f"times is from 1 to {MOST}, or 0 for always")
        if self.clock not in CLOCKS:
            raise ValueError("clock is billing or wall")
        unknown = set(self.match) - MATCHED
        if unknown:
            raise ValueError(f"match knows no {sorted(unknown)[0]}; it knows nth, {', '.join(sorted(MATCHED))}")
        self.chance = random.Random(self.seed)  # noqa: S311 - repeatable by its seed, no secret.

    def meets(self) -> bool:
        """Whether this fault strikes what fits it: after its first `nth` - 1 and by its share."""
        if self.nth > 1:
            self.nth -= 1
            return False
        return self.probability >= 1 or self.chance.random() < self.probability

    def drawn_seconds(self) -> float:
        """How long a latency lasts: `seconds`, or by chance up to `most_seconds`."""
        return self.chance.uniform(self.seconds, max(self.seconds, self.most_seconds))


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
        """The first fault that fits this call, used up by one. What spoils an answer's content meets GET only."""
        names = REQUEST_FAULTS | READ_FAULTS if method == "GET" else REQUEST_FAULTS
        return self._take(names, {"method": method, "path": path, "id": path.rpartition("/")[2]})

    def take_for_event(self, event_type: str, *, endpoint: str = "") -> Fault | None:
        """The first fault that fits this event on its way to this endpoint (its id), used up by one."""
        return self._take(EVENT_FAULTS, {"type": event_type, "endpoint": endpoint})

    def take_for_charge(self, *, customer: str | None, payment_method: str, fingerprint: str) -> Fault | None:
        """The first planned decline that fits this charge, used up by one."""
        facts = {"customer": customer or "", "payment_method": payment_method, "fingerprint": fingerprint}
        return self._take(CHARGE_FAULTS, facts)

    def _take(self, names: frozenset[str], facts: dict[str, str]) -> Fault | None:
        with self._lock:
            for fault in self._planned:
                if fault.name in names and _fits(fault.match, facts) and fault.meets():
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
