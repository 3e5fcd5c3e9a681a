"""Forgets what the inbox need not keep: bodies first, and much later the keys that recognise a copy."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from webhooks.models import InboxEvent

_BATCH_ROWS = 1000
_State = InboxEvent.State
# Nobody will handle these again by itself; what is dead or quarantined still waits for a person.
_OVER = (_State.DONE, _State.IGNORED)
_NOT_WAITING = (*_OVER, _State.DEAD, _State.QUARANTINED)


def blank_bodies(now: datetime, *, batches: int = 100) -> int:
    """Remove the bodies of events that came `INBOX_BODY_DAYS` ago or earlier; how many. `now` is system time in UTC.

    The row stays: a copy that comes later is still recognised. Safe to repeat and to run beside deliveries.
    """
    old = InboxEvent.objects.filter(
        received_at__lte=now - timedelta(days=settings.INBOX_BODY_DAYS), state__in=_NOT_WAITING, body__isnull=False
    )
    return sum(InboxEvent.objects.filter(pk__in=ids).update(body=None) for ids in _batches(old, limit=batches))


def delete_keys(now: datetime, *, batches: int = 100) -> int:
    """Delete events that came `INBOX_KEY_DAYS` ago or earlier and are over; how many rows. `now` is system time.

    Stripe repeats a delivery for three days and keeps events for thirty, so a key of that age blocks nothing.
    """
    old = InboxEvent.objects.filter(received_at__lte=now - timedelta(days=settings.INBOX_KEY_DAYS), state__in=_OVER)
    return sum(InboxEvent.objects.filter(pk__in=ids).delete()[0] for ids in _batches(old, limit=batches))


def _batches(rows: QuerySet[InboxEvent], *, limit: int) -> list[list[int]]:
    """Ids in short lists, so that no statement holds many rows at once."""
    ids = list(rows.order_by("id").values_list("pk", flat=True)[: limit * _BATCH_ROWS])
    return [ids[start : start + _BATCH_ROWS] for start in range(0, len(ids), _BATCH_ROWS)]
