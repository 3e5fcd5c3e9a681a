"""Ends a worker at a named point inside the product, as a process that dies there would end.

The point is where a function is entered or left; Python's own tracing sees it, so that the product needs no hook and
nothing of it is replaced. What was committed before stays, an open transaction is rolled back, leases stay taken.
"""

import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

_CLAIM = "billing.services.claim_due_cases"
_MAKE = "billing.services.make_attempts"
_END = "billing.services.end_dunning"
_OUTCOMES = "billing.casework.outcomes"
ENTERED, LEFT = "call", "return"


class Crash(BaseException):
    """The process is gone. No handler of the product may hold it up, so it is no `Exception`."""


@dataclass(frozen=True, slots=True)
class Point:
    """`has_result`: only where the function leaves with something, so that there was something to do."""

    name: str
    module: str
    function: str
    edge: str
    has_result: bool = False


POINTS = (
    Point("inside the claim", _CLAIM, "_attempt", LEFT),
    Point("after the claim", _CLAIM, "claim_due_cases", LEFT, has_result=True),
    Point("after a try is leased", _MAKE, "_claim", LEFT, has_result=True),
    Point("after the last look", _MAKE, "_last_look", LEFT),
    Point("after a try is marked sent", _MAKE, "_mark_sent", LEFT, has_result=True),
    Point("before the call", "billing.gateway.invoices", "collect", ENTERED),
    Point("after the call, before its answer is taken in", "billing.gateway.invoices", "collect", LEFT),
    Point("between refresh and payment", _OUTCOMES, "settle_paid", ENTERED),
    Point("between refresh and decline", _OUTCOMES, "settle_declined", ENTERED),
    Point("inside an outcome", _OUTCOMES, "close_attempt", LEFT),
    Point("after a decline is taken in", _OUTCOMES, "settle_declined", LEFT),
    Point("after a payment is taken in", _OUTCOMES, "settle_paid", LEFT),
    Point("inside a case's opening", "billing.services.open_dunning_case", "_open", LEFT),
    Point("inside a reaction", "billing.services.open_dunning_case", "open_dunning_case", LEFT),
    Point("inside the planning for a new card", "billing.services.follow_dunning", "_try", LEFT),
    Point("inside the last notice", _END, "_notify", LEFT, has_result=True),
    Point("after the deadline", _END, "close_at_deadline", LEFT, has_result=True),
    Point("before the final cancellation", "billing.gateway.subscriptions", "cancel_unbilled", ENTERED),
    Point("after the final cancellation", "billing.gateway.subscriptions", "cancel_unbilled", LEFT),
    Point("after the final action", _END, "_finish", LEFT, has_result=True),
)


@dataclass
class Crasher:
    """Kills who comes first to one of the armed points for the `nth` time; one death for each arming."""

    deaths: list[str] = field(default_factory=list)
    _armed: dict[tuple[str, str], Point] = field(default_factory=dict)
    _names: frozenset[str] = frozenset()
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, points: Collection[Point], *, nth: int = 1) -> None:
        """One edge of a function at a time."""
        self._names = frozenset(point.function for point in points)
        self._armed, self._left = {(point.module, point.function): point for point in points}, nth

    def disarm(self) -> None:
        self._armed = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """In this thread, from here on."""
        before = sys.gettrace()
        sys.settrace(self._entered)
        try:
            yield
        finally:
            sys.settrace(before)

    def _entered(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not self._armed or frame.f_code.co_name not in self._names:
            return None
        point = self._armed.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if point is None:
            return None
        frame.f_trace_lines = False
        if point.edge == ENTERED:
            self._strike(point)
            return None
        return self._left_trace

    def _left_trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        point = self._armed.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if event == LEFT and point is not None and (arg or not point.has_result):
            self._strike(point)
        return self._left_trace

    def _strike(self, point: Point) -> None:
        with self._lock:
            self._left -= 1
            if self._left > 0 or not self._armed:
                return
            self._armed = {}
            self.deaths.append(point.name)
        raise Crash(point.name)
