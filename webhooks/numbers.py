"""How much stands in the inbox and how long it waits, in two short queries; it must not judge whether that is bad."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q, Sum

from webhooks.models import Backfill, InboxEvent

_State = InboxEvent.State
_STRIPE = "stripe"  # The provider, and the key of its main address.
COUNTED = (_State.NEW, _State.DISPATCHED, _State.QUARANTINED, _State.DEAD)
"""The states in which an event waits for something; each has an index of its own, so that counting is cheap."""


@dataclass(frozen=True, slots=True)
class InState:
    """Events in one state: when the first of them came (system time), and the earliest `created` among them."""

    count: int = 0
    oldest_at: datetime | None = None
    made_at: datetime | None = None


def waiting_events() -> dict[str, InState]:
    """What stands in each of the states COUNTED; times are UTC."""
    parts = [
        InboxEvent.objects.filter(state=state)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"), oldest_at=Min("received_at"), made_at=Min("created_at"))
        for state in COUNTED
    ]
    found = {state: InState(*numbers) for state, *numbers in parts[0].union(*parts[1:], all=True)}
    return {state.value: found.get(state.value, InState()) for state in COUNTED}


def looks_for_missing_events() -> tuple[int, datetime | None]:
    """How many events were found that had never come, in all, and up to when a finished look reached (UTC)."""
    looks = Backfill.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    is_finished = Q(state=Backfill.State.FINISHED)
    found = looks.aggregate(found=Sum("events_found"), until_at=Max("until_at", filter=is_finished))
    return found["found"] or 0, found["until_at"]


def object_of_event(event_id: str) -> str:
    """The id of the object (`sub_…`) that an event of Stripe's (`evt_…`) is about; empty for one that never came."""
    keys = [_STRIPE, *settings.STRIPE_WEBHOOK_ENDPOINTS]
    rows = InboxEvent.objects.filter(provider=_STRIPE, endpoint__in=keys, event_id=event_id)
    return rows.values_list("object_id", flat=True).first() or ""
