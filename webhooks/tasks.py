"""Empties the inbox, on a wake-up and every few seconds by beat; it must not know what events mean."""

import logging

from celery import shared_task

from billing import reactions
from billing.clock import business_now, system_now
from billing.errors import BillingError
from billing.services.alarms import alarm_skewed_clock
from billing.services.reconcile import SCHEDULE, is_nightly_due
from billing.services.sync import refresh_due
from webhooks import backfill, dispatch, parked, retention
from webhooks.erasure import forget_erased
from webhooks.reconciliation import reconcile

logger = logging.getLogger(__name__)

# A wake-up older than this is worth nothing: beat has come by several times.
EXPIRES_SECONDS = 30
REFRESH_SECONDS = 20.0
REFRESH_LIMIT = 200
RECONCILE_SECONDS = 50.0


@shared_task(expires=EXPIRES_SECONDS)
def process_inbox() -> None:
    """Hand over what is new, fetch what is due, mark what is finished, tell of what is set aside, react.

    Safe to repeat and to run at once. Whatever fails is done by the next run, or by billing's own sweep.
    """
    dispatch.dispatch_new(now=system_now())
    refresh_due(limit=REFRESH_LIMIT, seconds=REFRESH_SECONDS)
    dispatch.settle_dispatched(now=system_now())
    parked.tell_of_parked(now=system_now())
    reactions.run_due(business_now())


@shared_task(expires=EXPIRES_SECONDS)
def backfill_events() -> None:
    """Fetch what Stripe could not deliver since the last look. Safe to repeat and to run at once."""
    try:
        backfill.backfill_recent()
    except BillingError as error:
        logger.warning("backfill: %s; the next look goes on", error.code)


@shared_task
def carry_on_backfill(look_id: int) -> None:
    """Look through the events that a person asked for. Safe to repeat; the schedule finishes what breaks off."""
    try:
        backfill.carry_on(look_id)
    except BillingError as error:
        logger.warning("backfill: %s; the next look goes on", error.code)


@shared_task(expires=EXPIRES_SECONDS)
def reconcile_nightly() -> None:
    """After the quiet hour, compare all rows with Stripe and repair ours, a minute at a time until it is done.

    Safe to repeat and to run at once: one goes on, and what was killed is taken over.
    """
    if not is_nightly_due(system_now()):
        return
    try:
        reconcile(does_repair=True, asked_by=SCHEDULE, seconds=RECONCILE_SECONDS)
    except BillingError as error:
        logger.warning("reconciliation: %s; it goes on within a minute", error.code)


@shared_task(expires=EXPIRES_SECONDS)
def forget_old_events() -> None:
    """Remove bodies and keys that are past their time. Safe to repeat and to run at once."""
    now = system_now()
    retention.blank_bodies(now)
    retention.delete_keys(now)


@shared_task(expires=EXPIRES_SECONDS)
def forget_erased_customers() -> None:
    """Empty what names an organization that was deleted. Safe to repeat and to run at once."""
    forget_erased(system_now())


@shared_task(expires=EXPIRES_SECONDS)
def tell_of_skewed_clock() -> None:
    """Tell staff that signed deliveries are refused for their time. Safe to repeat: one task a day."""
    alarm_skewed_clock(now=system_now())
