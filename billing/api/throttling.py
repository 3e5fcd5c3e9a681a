"""Counts the requests of one caller in one minute, says so in headers, and refuses what is too many."""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from billing.api.caller import Caller

logger = logging.getLogger(__name__)
_WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """How a caller stands in this minute; `reset_seconds` until the next begins."""

    limit: int
    remaining: int
    reset_seconds: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }
        return {**told, "Retry-After": str(self.reset_seconds)} if self.is_over else told


def count_request(caller: Caller) -> Rate | None:
    """Count one request. None where no limit is set, or the cache cannot be reached: it must not close the API."""
    limit = settings.API_CALLS_PER_MINUTE if caller.key else settings.API_BROWSER_CALLS_PER_MINUTE
    if not limit:
        return None
    # The machine's clock, which all web processes share near enough; business time may stand still in the sandbox.
    window, passed = divmod(int(time.time()), _WINDOW_SECONDS)
    try:
        count = _counted(f"api-rate:{caller.organization.pk}:{caller.name}:{window}")
    except Exception:
        logger.exception("The cache cannot count requests; they are let through")
        return None
    return Rate(limit, max(limit - count, 0), _WINDOW_SECONDS - passed, is_over=count > limit)


def _counted(key: str) -> int:
    cache.add(key, 0, timeout=2 * _WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # It was thrown out between the two calls: the cache is full.
        return 1
