"""`/metrics` for Prometheus: what the processes have counted, and what the database says at this moment.

It must not judge a number; docs/operations.md names those that should wake somebody.
"""

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from billing import clock
from billing.selectors import backlog
from billing_project.measuring import shared_folder
from webhooks.models import InboxEvent
from webhooks.numbers import looks_for_missing_events, waiting_events

_LOCAL = ("127.0.0.1", "::1")
_UNDER_WAY = (InboxEvent.State.NEW, InboxEvent.State.DISPATCHED)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers as text. Who may not read them is told that there is nothing here."""
    if not _may_read(request):
        raise Http404
    counted = CollectorRegistry() if shared_folder() else REGISTRY
    if counted is not REGISTRY:
        MultiProcessCollector(counted, path=shared_folder())
    stored = CollectorRegistry(auto_describe=False)
    stored.register(DatabaseNumbers())
    return HttpResponse(generate_latest(counted) + generate_latest(stored), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    """With a token: who sends it. Without one: this machine, in development only and not through a proxy."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "")
        return hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not settings.IS_PRODUCTION and not is_forwarded and request.META.get("REMOTE_ADDR") in _LOCAL


class DatabaseNumbers(Collector):
    """Read at the moment of asking, about ten short queries over partial indexes or small tables."""

    def describe(self) -> Iterable[Metric]:
        return []  # Registering must not read the database.

    def collect(self) -> Iterator[Metric]:
        now = clock.system_now()
        yield from _inbox(now)
        yield from _refreshes(now)
        yield from _reactions(now)
        yield from _found_wrong(now)


def _inbox(now: datetime) -> Iterator[Metric]:
    events = waiting_events()
    under_way = [events[state] for state in _UNDER_WAY]
    by_state = {state: found.count for state, found in events.items()}
    yield _by("inbox_events", "Events that wait for something, by state.", "state", by_state)
    oldest_at = min((found.oldest_at for found in under_way if found.oldest_at), default=None)
    yield _age("inbox_oldest_seconds", "How long the oldest event under way has been here.", oldest_at, now)
    made_at = min((found.made_at for found in under_way if found.made_at), default=None)
    # Stripe's stamp is billing time, which only the sandbox sets apart from the system's.
    billing_now = clock.business_now() if made_at else now
    yield _age("inbox_lag_seconds", "How long ago the oldest event under way was made.", made_at, billing_now)


def _refreshes(now: datetime) -> Iterator[Metric]:
    work = backlog.refresh_backlog()
    states = {"waiting": work.waiting - work.failing, "failing": work.failing, "dead": work.given_up}
    yield _by("refresh_objects", "Objects that are not up to date, by state.", "state", states)
    yield _age("refresh_oldest_seconds", "How long the oldest refresh has been due.", work.oldest_at, now)
    until = backlog.paused_until()
    seconds = max(0.0, (until - now).total_seconds()) if until else 0.0
    yield GaugeMetricFamily("stripe_paused_seconds", "For how long nothing will be fetched from Stripe.", seconds)


def _reactions(now: datetime) -> Iterator[Metric]:
    count, oldest_at = backlog.unsettled_transitions()
    yield GaugeMetricFamily("reactions_outstanding", "Changes whose reactions are not all done.", count)
    yield _age("reactions_oldest_seconds", "How long the oldest of them has waited.", oldest_at, now)
    yield _by("notices", "Mails that are due, being sent or failed.", "state", backlog.notices_by_state())
    yield _by("staff_tasks", "Open staff tasks.", "kind", backlog.open_tasks())


def _found_wrong(now: datetime) -> Iterator[Metric]:
    found, until_at = looks_for_missing_events()
    yield CounterMetricFamily("backfill_found", "Events that had never come and were fetched.", found)
    billing_now = clock.business_now() if until_at else now
    yield _age("backfill_age_seconds", "How long ago the last finished look ended.", until_at, billing_now)
    drift = CounterMetricFamily("drift", "Differences from Stripe that comparisons found.", labels=["kind"])
    for kind, count in backlog.drifts_by_kind().items():
        drift.add_metric([kind], count)
    yield drift
    yield _age("reconciliation_age_seconds", "How long ago all was last compared.", backlog.compared_last_at(), now)


def _by(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _age(name: str, text: str, since: datetime | None, now: datetime) -> GaugeMetricFamily:
    """Seconds since then; nothing waits or never happened: nought."""
    return GaugeMetricFamily(name, text, max(0.0, (now - since).total_seconds()) if since else 0.0)
