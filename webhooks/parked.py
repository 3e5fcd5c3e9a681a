"""Tells staff of events that are kept but not applied; it decides neither which nor what becomes of them."""

from datetime import datetime

from django.db import transaction

from billing.services.alarms import alarm_parked_event
from webhooks.models import InboxEvent

_BATCH_ROWS = 100


def tell_of_parked(*, now: datetime) -> int:
    """Open a task a cause and day for events that are quarantined or dead and untold; how many events were looked at.

    The event counts as told in the transaction that opens the task. `now` is system time. Safe to repeat and to run
    at once; what exceeds a batch is told by the next run.
    """
    with transaction.atomic():
        rows = list(
            InboxEvent.objects.select_for_update(skip_locked=True)
            .filter(InboxEvent.IS_UNTOLD)
            .only("id", "event_id", "state", "error")
            .order_by("id")[:_BATCH_ROWS]
        )
        for row in rows:
            alarm_parked_event(state=row.state, reason=row.error, event_id=row.event_id, now=now)
        InboxEvent.objects.filter(pk__in=[row.pk for row in rows]).update(dispatched_at=now)
    return len(rows)
