"""Periodic work of billing: wakes the services that have something due; it must not decide anything itself."""

from celery import shared_task

from billing import clock, reactions
from billing.services.cancellation import resume_cancellations
from billing.services.send_notices import send_due_notices
from billing.services.sync import refresh_due
from billing.services.trial_reminders import remind_of_trials

# A wake-up older than this is worth nothing: the next one stands in line behind it.
_EXPIRES_SECONDS = 30


@shared_task(expires=_EXPIRES_SECONDS)
def sweep() -> None:
    """Do all that is due: refreshes, reactions, reminders, open wishes, mail. Safe to repeat and in parallel."""
    refresh_due(limit=100, seconds=10.0)
    now = clock.business_now()
    reactions.run_due(now)
    remind_of_trials(now)
    resume_cancellations(clock.system_now())
    send_due_notices(now)
