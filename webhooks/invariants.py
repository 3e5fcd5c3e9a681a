"""What must never be so in the inbox: events that wait longer than they may, or nobody looking for lost ones."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from billing.clock import business_now
from billing.selectors.invariants import Invariant
from webhooks.models import Backfill, InboxEvent

_State = InboxEvent.State
_HOUR = timedelta(hours=1)


def _in_state(state: InboxEvent.State, *, longer_than: timedelta, now: datetime) -> Iterable[str]:
    late = InboxEvent.objects.filter(state=state, received_at__lt=now - longer_than)
    return late.order_by("id").values_list("event_id", flat=True)


def _backfill_late(now: datetime) -> Iterable[str]:
    """A new installation has an hour until its first look counts."""
    finished = Backfill.objects.filter(livemode=settings.STRIPE_LIVE_MODE, state=Backfill.State.FINISHED)
    last = finished.order_by("-until_at").first()
    if last is not None:
        return [f"last look until {last.until_at:%Y-%m-%d %H:%M}"] if last.until_at < business_now() - _HOUR else []
    is_old = InboxEvent.objects.filter(received_at__lt=now - _HOUR).exists()
    return ["never"] if is_old else []


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "inbox_new",
        "An event is handed over within 5 minutes.",
        lambda now: _in_state(_State.NEW, longer_than=timedelta(minutes=5), now=now),
    ),
    Invariant(
        "inbox_dispatched",
        "An event's object is fetched within 2 hours.",
        lambda now: _in_state(_State.DISPATCHED, longer_than=timedelta(hours=2), now=now),
    ),
    Invariant(
        "inbox_dead",
        "A dead event is looked at within a day.",
        lambda now: _in_state(_State.DEAD, longer_than=timedelta(days=1), now=now),
    ),
    Invariant(
        "inbox_quarantined",
        "A quarantined event is looked at within a day.",
        lambda now: _in_state(_State.QUARANTINED, longer_than=timedelta(days=1), now=now),
    ),
    Invariant("backfill_late", "Lost events are looked for every hour at least.", _backfill_late),
)
