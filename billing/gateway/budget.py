"""Keeps the workers of all processes together below Stripe's rate limit; it must not hold up a person.

A token bucket in one row, because the database is what all processes share in every installation. Stripe allows 25
reads a second in test mode and 100 in live mode (https://docs.stripe.com/rate-limits, read 2026-11-20); the rest is
left to people who wait for a page.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.models import StripeAccount

# What may be spent at once after a quiet second.
_BURST = timedelta(seconds=1)
_PENALTY = timedelta(seconds=1)
_is_paced: ContextVar[bool] = ContextVar("is_paced", default=False)


@contextmanager
def paced() -> Iterator[None]:
    """Inside, every call to Stripe first takes a token and waits for it. For workers; pages do not wait."""
    token = _is_paced.set(True)
    try:
        yield
    finally:
        _is_paced.reset(token)


def take() -> None:
    """Wait until the next call may be made; returns at once outside `paced`. Not to be called in a transaction."""
    if not _is_paced.get():
        return
    wait = _reserve(timezone.now())
    if wait > timedelta(0):
        time.sleep(wait.total_seconds())


def slow_down() -> None:
    """Stripe has answered 429: nobody takes a token for a second."""
    with transaction.atomic():
        row = _locked()
        row.next_free_at = max(row.next_free_at, timezone.now()) + _PENALTY
        row.save(update_fields=["next_free_at"])


def pause(reason: str, *, until: datetime) -> None:
    """Have no worker fetch anything before `until` (system time), as while Stripe refuses the key."""
    with transaction.atomic():
        row = _locked()
        row.paused_until, row.pause_reason = until, reason[:100]
        row.save(update_fields=["paused_until", "pause_reason"])


def is_paused(now: datetime) -> bool:
    """Whether workers have to leave Stripe alone at `now` (system time)."""
    return StripeAccount.objects.filter(livemode=settings.STRIPE_LIVE_MODE, paused_until__gt=now).exists()


def _reserve(now: datetime) -> timedelta:
    """Take the next free moment and say how long it is until then."""
    step = timedelta(seconds=1 / settings.STRIPE_CALLS_PER_SECOND)
    with transaction.atomic():
        row = _locked()
        mine = max(row.next_free_at, now - _BURST)
        row.next_free_at = mine + step
        row.save(update_fields=["next_free_at"])
    return mine - now


def _locked() -> StripeAccount:
    StripeAccount.objects.get_or_create(livemode=settings.STRIPE_LIVE_MODE)
    return StripeAccount.objects.select_for_update().get(livemode=settings.STRIPE_LIVE_MODE)
