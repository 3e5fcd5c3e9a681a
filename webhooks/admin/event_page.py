"""What the page of one event shows beside its columns: the object, how its refresh goes, and the masked body."""

import json

from django.conf import settings
from django.template.defaultfilters import date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from billing.admin.objects import dashboard_url, page_of
from billing.admin.shown import NOTHING, link_out, link_to, link_to_list, words
from billing.models import Transition, Work
from webhooks.masking import masked
from webhooks.models import InboxEvent

_LONGEST_SHOWN = 60_000
_SHOWN_TRANSITIONS = 10


def object_link(row: InboxEvent) -> SafeString | str:
    """The object that the event is about, linked to our row of it where we keep one."""
    work = _work(row)
    found = page_of(work.kind, work.stripe_id) if work and work.stripe_id == row.object_id else None
    return found or row.object_id or NOTHING


def dashboard_links(row: InboxEvent) -> SafeString | str:
    """The event and its object in Stripe's dashboard; the sandbox has a console instead."""
    if settings.USES_SANDBOX:
        return link_out(f"{settings.SANDBOX_URL}/_sandbox/", "The sandbox's console")
    links = [(dashboard_url("event", row.event_id, is_live=row.livemode), "Event")]
    work = _work(row)
    if work:
        links.append((dashboard_url(work.kind, work.stripe_id, is_live=row.livemode), "Object"))
    return format_html_join(" · ", "{}", ((link_out(url, text),) for url, text in links if url)) or NOTHING


def timeline(row: InboxEvent) -> SafeString | str:
    """What happened to the object, the newest first."""
    if not row.object_id:
        return NOTHING
    moves = list(Transition.objects.filter(stripe_id=row.object_id).order_by("-id")[:_SHOWN_TRANSITIONS])
    if not moves:
        return "Nothing has happened to it that we saw."
    lines = format_html_join(
        "", "<li>{} · {}</li>", ((date(move.business_at, "DATETIME_FORMAT"), _move(move)) for move in moves)
    )
    return format_html("<ul>{}</ul>{}", lines, link_to_list("billing_transition", "All of it", q=row.object_id))


def _move(move: Transition) -> str:
    states = " → ".join(words(state) for state in (move.from_state, move.to_state) if state)
    return states if move.aspect == "status" else f"{words(move.aspect)}: {states}"


def work_link(row: InboxEvent) -> SafeString | str:
    return link_to(_work(row))


def attempts(row: InboxEvent) -> str:
    """How often the refresh failed since it last succeeded, and when it is tried again."""
    work = _work(row)
    if work is None:
        return NOTHING
    if work.dead_at:
        return f"Given up after {work.attempts} failures on {date(work.dead_at, 'DATETIME_FORMAT')}"
    if work.done >= work.want:
        return "None outstanding: the object is up to date"
    if not work.attempts:
        return "Waiting for the first"
    return f"{work.attempts} failed; the next one not before {date(work.run_at, 'DATETIME_FORMAT')}"


def last_error(row: InboxEvent) -> str:
    work = _work(row)
    return (work.last_error if work else "") or NOTHING


def _work(row: InboxEvent) -> Work | None:
    """The row of the refresh that this event asked for."""
    return Work.objects.filter(pk=row.object_key).first() if row.object_key else None


def body(row: InboxEvent) -> SafeString:
    """The payload as indented JSON without its secrets; what is no JSON is not shown, because it cannot be masked."""
    return format_html('<pre class="overflow-x-auto">{}</pre>', _pretty(row.body))


def _pretty(raw: bytes | memoryview | None) -> str:
    if raw is None:
        return "The body was removed; the row stays, so that a copy is recognised."
    try:
        text = json.dumps(masked(json.loads(bytes(raw))), indent=2, ensure_ascii=False)
    except ValueError:
        return f"{len(bytes(raw))} bytes that are not JSON."
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}\n… {len(text)} characters in all."
