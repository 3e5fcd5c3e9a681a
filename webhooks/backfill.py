"""Looks through Stripe's list of events for those that never came, and puts them into the inbox as if they had."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from billing import audit
from billing.clock import business_now, system_now
from billing.errors import BillingError
from billing.services.alarms import alarm_missed_deliveries, alarm_unreachable_past
from billing.services.list_events import ListedEvent, list_events
from webhooks import inbox
from webhooks.models import Backfill, InboxEvent
from webhooks.providers.endpoints import PROVIDERS, find_endpoint
from webhooks.registry import HANDLERS

logger = logging.getLogger(__name__)
KEPT_DAYS = 30
"""How long Stripe keeps events (https://docs.stripe.com/api/events, read 2026-11-20)."""
# Looked at again each time: an event may appear in the list later than its `created` says.
_OVERLAP = timedelta(hours=1)
# Younger events may still be on their way.
_ON_THE_WAY = timedelta(minutes=1)
_FIRST_LOOK = timedelta(days=1)
_LONGEST_LOOK = timedelta(hours=1)
_ERROR_LENGTH = 300

Tell = Callable[[Backfill], object]


def backfill_recent(*, asked_by: str = "schedule") -> Backfill:
    """Look through what was made since the last look, an hour more. Safe to repeat and to run twice at once.

    A look that broke off is finished first, so that a long one gets through in spite of interruptions.
    Raises StripeUnreachable, StripeKeyRefused.
    """
    broken = _broken_off().order_by("until_at").last()
    if broken:
        _look_through(broken)
    now = business_now()
    last = _last_finished()
    since = last.until_at - _OVERLAP if last else now - _FIRST_LOOK
    if since < now - timedelta(days=KEPT_DAYS):
        alarm_unreachable_past(since)
    return backfill(since=since, until=now - _ON_THE_WAY, asked_by=asked_by)


def take_in_news() -> int:
    """Store every event that Stripe has by now, the youngest, too, for who is about to repair; how many were new.

    Staff hear of none: the youngest may only have been on their way. Raises StripeUnreachable, StripeKeyRefused; safe
    to repeat.
    """
    now = business_now()
    last = _last_finished()
    since = last.until_at - _OVERLAP if last else now - _FIRST_LOOK
    # Our clock may be behind Stripe's.
    pages = list_events(since=since, until=now + _ON_THE_WAY)
    return sum(_take(event) for page in pages for event in page)


def backfill(*, since: datetime, until: datetime, asked_by: str, tell: Tell = lambda _: None) -> Backfill:
    """Look through the events from `since` to `until` (business time, UTC), at most 30 days back.

    Goes on where a look over the same time broke off. `tell` hears of each page. Events that are there already, and
    types without a handler, are passed over. Raises StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    since = max(since, business_now() - timedelta(days=KEPT_DAYS))
    until = max(since, until)
    look = _broken_off().filter(since_at__lte=since, until_at__gte=until).order_by("-id").first()
    if look is None:
        look = Backfill.objects.create(
            livemode=settings.STRIPE_LIVE_MODE, since_at=since, until_at=until, asked_by=asked_by
        )
    return _look_through(look, tell=tell)


def ask_for(*, since: datetime, until: datetime, actor: User) -> Backfill:
    """Write down that `actor` wants this time (business time, UTC) looked through, with a line in the audit.

    `carry_on` does it; if nobody calls that, the schedule does within two hours.
    """
    with transaction.atomic():
        look = Backfill.objects.create(
            livemode=settings.STRIPE_LIVE_MODE, since_at=since, until_at=until, asked_by=f"staff {actor.pk}"
        )
        audit.record(
            "backfill_started",
            subject=str(look.pk),
            organization=None,
            actor=actor,
            since=since.isoformat(),
            until=until.isoformat(),
        )
    return look


def carry_on(look_id: int) -> None:
    """Do what `ask_for` wrote down, from where it stopped; safe to repeat.

    Raises StripeUnreachable, StripeKeyRefused.
    """
    look = Backfill.objects.get(pk=look_id)
    if look.state != Backfill.State.FINISHED:
        _look_through(look)


def _look_through(look: Backfill, *, tell: Tell = lambda _: None) -> Backfill:
    try:
        for page in list_events(since=look.since_at, until=look.until_at, after_id=look.reached):
            _take_page(look, page)
            tell(look)
    except Exception as error:
        code = error.code if isinstance(error, BillingError) else type(error).__name__
        look.state, look.error = Backfill.State.FAILED, code[:_ERROR_LENGTH]
        look.save(update_fields=["state", "error"])
        raise
    look.state, look.error, look.finished_at = Backfill.State.FINISHED, "", system_now()
    look.save(update_fields=["state", "error", "finished_at"])
    if look.events_found:
        alarm_missed_deliveries(look.events_found, now=look.finished_at)
    return look


def _take_page(look: Backfill, page: list[ListedEvent]) -> None:
    look.events_found += sum(_take(event) for event in page)
    look.events_seen += len(page)
    look.reached, look.reached_at = page[-1].event_id, page[-1].created_at
    look.save(update_fields=["events_found", "events_seen", "reached", "reached_at"])


def _take(event: ListedEvent) -> bool:
    """Store one event unless it is there; True if it had never come."""
    endpoint = find_endpoint("stripe")
    if event.type not in HANDLERS or endpoint is None:
        return False
    envelope = PROVIDERS[endpoint.provider].read(event.body)
    is_new = inbox.record(
        envelope, endpoint=endpoint, body=event.body, now=system_now(), source=InboxEvent.Source.BACKFILL
    )
    if is_new:
        logger.warning("backfill: %s (%s) had never come", event.event_id, event.type)
    return is_new


def _last_finished() -> Backfill | None:
    finished = Backfill.objects.filter(livemode=settings.STRIPE_LIVE_MODE, state=Backfill.State.FINISHED)
    return finished.order_by("-until_at").first()


def _broken_off() -> QuerySet[Backfill]:
    """Looks that failed, or whose process is gone: two that go on at once do no harm."""
    is_gone = Q(state=Backfill.State.RUNNING, started_at__lt=system_now() - _LONGEST_LOOK)
    here = Backfill.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    return here.filter(is_gone | Q(state=Backfill.State.FAILED)).exclude(state=Backfill.State.FAILED, reached="")
