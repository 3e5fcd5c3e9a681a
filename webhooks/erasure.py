"""Empties the bodies of events that name an erased customer, also of those that come late; it decides no erasure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Func, Q, Value

from billing.services.erase_organization import note_look, traces_to_look_for
from webhooks.models import InboxEvent

_State = InboxEvent.State
# One that is still to be handled is emptied by the next look.
_HANDLED = (_State.DONE, _State.IGNORED, _State.DEAD, _State.QUARANTINED)


class _Holds(Func):
    """Whether a column of bytes holds these bytes; neither database has a lookup for it."""

    output_field = BooleanField()
    arity = 2

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        swapped = self.copy()
        swapped.set_source_expressions(self.get_source_expressions()[::-1])
        return swapped.as_sql(compiler, connection, template="position(%(expressions)s) > 0", arg_joiner=" in ")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="instr(%(expressions)s) > 0")


def forget_erased(now: datetime) -> int:
    """Look through the inbox for each erasure of the last days; how many bodies went. `now` is system time.

    Safe to repeat and to run at once.
    """
    emptied = 0
    for traces in traces_to_look_for(now):
        emptied += empty_bodies(traces.customer_ids, since=traces.since)
        note_look(traces, now=now)
    return emptied


def events_naming(customer_ids: Iterable[str], *, since: datetime) -> Any:
    """Events from `since` on whose body names one of these customers (`cus_…`) as a whole word of JSON."""
    wanted = Q()
    rows = InboxEvent.objects.filter(received_at__gte=since, body__isnull=False)
    for number, customer_id in enumerate(customer_ids):
        rows = rows.alias(**{f"names_{number}": _Holds("body", Value(f'"{customer_id}"'.encode()))})
        wanted |= Q(**{f"names_{number}": True})
    return rows.filter(wanted) if wanted else rows.none()


def empty_bodies(customer_ids: Iterable[str], *, since: datetime) -> int:
    """Remove the bodies of those that are handled; the rows stay, so that a copy is still recognised."""
    rows = events_naming(customer_ids, since=since).filter(state__in=_HANDLED)
    return InboxEvent.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(body=None)
