"""Decides whether an account calls too often: a bucket of tokens that fills with system time."""

import threading
import time


class RateLimit:
    """One bucket an account, for a second's worth of calls and one at least; a new rate begins with a full one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, float], tuple[float, float]] = {}

    def takes(self, account_id: str, *, per_second: float) -> bool:
        """Take a token; False when there is none left. A rate of 0 is no limit."""
        if per_second <= 0:
            return True
        size = max(per_second, 1.0)
        now = time.monotonic()
        with self._lock:
            tokens, filled_at = self._buckets.get((account_id, per_second), (size, now))
            tokens = min(size, tokens + (now - filled_at) * per_second)
            is_enough = tokens >= 1
            self._buckets[account_id, per_second] = (tokens - 1 if is_enough else tokens, now)
        return is_enough
