"""Counts how often one visitor opens something, so that nobody can try addresses or make us ask Stripe at will."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def is_throttled(request: HttpRequest, scope: str, *, limit: int, seconds: int) -> bool:
    """Whether this visitor has done `scope` more than `limit` times in the last `seconds`; counts this time, too."""
    key = f"throttle:{scope}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return bool(cache.incr(key) > limit)
    except ValueError:  # It ended between the two calls: a new window has begun.
        return False
