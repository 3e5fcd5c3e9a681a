"""Decides which function answers which route; resources register themselves with `route`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.store.unit import StripeObject

Handler = Callable[..., StripeObject]


@dataclass(frozen=True)
class Route:
    """One API route. `optional`: in the schema, taken from elsewhere. `extra`: taken, not in the schema."""

    method: str
    pattern: re.Pattern[str]
    schema: str | None
    handler: Handler
    optional: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_write(self) -> bool:
        """Whether state may change: everything but GET."""
        return self.method != "GET"


_ROUTES: list[Route] = []


def route(
    method: str,
    path: str,
    *,
    schema: str | None = None,
    optional: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
) -> Callable[[Handler], Handler]:
    """Register `handler(unit, params, **ids)` for a route such as `/v1/customers/{customer}`.

    `schema` names the SDK's parameter file (`customer_create`, `checkout/session_create`).
    """
    parts = re.split(r"\{(\w+)\}", path)
    pattern = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))

    def register(handler: Handler) -> Handler:
        _ROUTES.append(Route(method, re.compile(f"^{pattern}$"), schema, handler, optional, extra))
        return handler

    return register


def match(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route for this call, the one with fixed words first, and the ids in its path."""
    found: list[tuple[Route, dict[str, Any]]] = []
    for candidate in _ROUTES:
        if candidate.method == method and (hit := candidate.pattern.match(path)):
            found.append((candidate, hit.groupdict()))
    return min(found, key=lambda pair: len(pair[1]), default=None)
