"""Empties the inbox, on a wake-up and every few seconds by beat; it must not know what events mean."""

from celery import shared_task

from billing.clock import system_now
from billing.services.sync import refresh_due
from webhooks import dispatch

# A wake-up older than this is worth nothing: beat has come by several times.
EXPIRES_SECONDS = 30
REFRESH_SECONDS = 20.0
REFRESH_LIMIT = 200


@shared_task(expires=EXPIRES_SECONDS)
def process_inbox() -> None:
    """Hand over what is new, fetch what is due, mark what is finished. Safe to repeat and to run twice at once."""
    dispatch.dispatch_new(now=system_now())
    refresh_due(limit=REFRESH_LIMIT, seconds=REFRESH_SECONDS)
    dispatch.settle_dispatched(now=system_now())
