"""Decides what the console's overview, lists and logs show, and the frame that all its pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console_cards, console_clocks, console_reads, console_view
from stripe_sandbox.pages.console_reads import Slice
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import page
from stripe_sandbox.pages.visit import Visit

ROWS_A_PAGE = 25
ROWS_ON_OVERVIEW = 8
MOST_REQUESTS = 500
HIGHEST_PAGE = 10_000
LONGEST_SEARCH = 200

SECTIONS = (
    "overview",
    "customers",
    "subscriptions",
    "invoices",
    "payments",
    "objects",
    "events",
    "requests",
    "faults",
    "settings",
)
KINDS = {"customers": "customer", "subscriptions": "subscription", "invoices": "invoice", "payments": "charge"}
OBJECT_ROWS: dict[str, Callable[..., dict[str, Any]]] = {
    "customers": console_view.customer_row,
    "subscriptions": console_view.subscription_row,
    "invoices": console_view.invoice_row,
}

# What a page says after a button. The address only picks a sentence, it never carries one.
MESSAGES = {
    "moved": "The clock was moved. All that fell due has happened.",
    "frozen": "Billing time stands still until it is moved or let go.",
    "running": "Billing time goes on with system time.",
    "clock_moved": "The test clock was sent forward.",
    "resent": "The event is sent once more.",
    "paused": "Deliveries are held back.",
    "resumed": "Deliveries go on, the held ones first.",
    "fault": "The fault is planned.",
    "cleared": "No fault is planned any more.",
    "declines": "The customer's next payment will be declined.",
    "replaced": "The bank has replaced the card.",
    "done": "Done. The events say what it changed.",
    "settings": "The settings are saved.",
    "reset": "Everything was forgotten. The webhook endpoints of the command line are still there.",
}


def overview(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show the clocks, the latest events and the latest requests."""
    sandbox = visit.sandbox
    events = console_reads.read_events(sandbox, offset=0, limit=ROWS_ON_OVERVIEW)
    extra = {
        "clock": console_view.clock_words(sandbox),
        "test_clocks": console_clocks.rows(sandbox),
        "events": [console_view.event_row(event) for event in events.rows],
        "requests": [console_view.request_row(each) for each in sandbox.recent_requests(limit=ROWS_ON_OVERVIEW)],
        "pending": console_reads.count_deliveries(sandbox, state="pending"),
        "notice": notice,
    }
    return render(visit, section="overview", extra=extra, status=status)


def objects(visit: Visit, *, section: str) -> Response:
    """Show a page of customers, subscriptions or invoices."""
    number, text = page_number(visit), search_text(visit)
    found = console_reads.read_objects(
        visit.sandbox, kind=KINDS[section], text=text, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE
    )
    rows = [OBJECT_ROWS[section](visit.sandbox, thing) for thing in found.rows]
    extra = {"rows": rows, "pager": pager(section, found=found, number=number, q=text), "q": text}
    return render(visit, section=section, extra=extra)


def all_objects(visit: Visit) -> Response:
    """Show a page of objects of every kind, or of the one that is asked for."""
    number, text, kind = page_number(visit), search_text(visit), visit.query.get("kind", "")
    counts = console_reads.count_kinds(visit.sandbox)
    found = console_reads.read_objects(
        visit.sandbox, kind=kind, text=text, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE
    )
    extra = {
        "rows": [console_view.object_row(thing) for thing in found.rows],
        "kinds": [(name, console_view.kind_label(name), count) for name, count in counts.items()],
        "kind": kind,
        "q": text,
        "pager": pager("objects", found=found, number=number, q=text, kind=kind),
    }
    return render(visit, section="objects", extra=extra)


def events(visit: Visit) -> Response:
    """Show a page of the event log, each event with its deliveries and its body."""
    number, text, state = page_number(visit), search_text(visit), visit.query.get("state", "")
    found = console_reads.read_events(
        visit.sandbox, text=text, state=state, offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE
    )
    extra = {
        "events": [console_view.event_row(event) for event in found.rows],
        "pager": pager("events", found=found, number=number, q=text, state=state),
        "states": [(name, label) for name, (_, label) in console_view.DELIVERY_LABELS.items()],
        "state": state,
        "q": text,
    }
    return render(visit, section="events", extra=extra)


def requests(visit: Visit) -> Response:
    """Show a page of the calls of the API; they live in memory and end with the process."""
    number, text = page_number(visit), search_text(visit)
    rows = [console_view.request_row(each) for each in visit.sandbox.recent_requests(limit=MOST_REQUESTS)]
    rows = [row for row in rows if text.lower() in " ".join(str(value) for value in row.values()).lower()]
    start = (number - 1) * ROWS_A_PAGE
    found = Slice(rows=rows[start : start + ROWS_A_PAGE], total=len(rows))
    extra = {"requests": found.rows, "pager": pager("requests", found=found, number=number, q=text), "q": text}
    return render(visit, section="requests", extra=extra)


def one_object(visit: Visit) -> Response:
    """Show one object as the API would answer it, with its events."""
    kind, object_id = visit.names["kind"], visit.names["object_id"]
    thing = console_reads.find_object(visit.sandbox, kind=kind, object_id=object_id)
    if thing is None:
        raise PageRefused(404, "The sandbox has no such object, or it was reset.")
    log = console_reads.read_events(visit.sandbox, object_id=object_id, offset=0, limit=ROWS_A_PAGE)
    extra = {
        "object_id": object_id,
        "kind": kind,
        "kind_label": console_view.kind_label(kind),
        "pieces": console_view.linked(console_view.pretty(thing), own_id=object_id),
        "events": [console_view.event_row(event) for event in log.rows],
        **console_cards.offered(),
    }
    section = next((name for name, known in KINDS.items() if known == kind), "objects")
    return render(visit, section=section, extra=extra, template="console_object.html")


def search_text(visit: Visit) -> str:
    """Return what the address looks for."""
    return visit.query.get("q", "").strip()[:LONGEST_SEARCH]


def page_number(visit: Visit) -> int:
    """Return the page that the address asks for; anything odd is the first."""
    text = visit.query.get("page", "1")
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        return 1
    return min(max(int(text), 1), HIGHEST_PAGE)


def pager(section: str, *, found: Slice, number: int, **asked: str) -> dict[str, str | None]:
    """Return the words and links under a list; the links keep what was ``asked`` for."""
    start = (number - 1) * ROWS_A_PAGE
    end = start + len(found.rows)
    kept = {name: value for name, value in asked.items() if value}

    def url(to: int) -> str:
        return f"{CONSOLE_URL}/{section}?{urlencode({**kept, 'page': to})}"

    return {
        "words": f"{start + 1} to {end} of {found.total}" if found.rows else f"{found.total} in all",
        "newer_url": url(number - 1) if number > 1 else None,
        "older_url": url(number + 1) if end < found.total else None,
    }


def render(
    visit: Visit, *, section: str, extra: dict[str, Any], status: int = 200, template: str | None = None
) -> Response:
    """Render a page of the console with its navigation."""
    sandbox = visit.sandbox
    counts = console_reads.count_kinds(sandbox)
    context = {
        "section": section,
        "sections": [
            {
                "name": name,
                "label": name.capitalize(),
                "url": "/_sandbox/" if name == "overview" else f"{CONSOLE_URL}/{name}",
                "count": counts.get(KINDS[name], 0) if name in KINDS else None,
            }
            for name in SECTIONS
        ],
        "console_url": CONSOLE_URL,
        "is_paused": sandbox.courier.is_paused,
        "is_frozen": sandbox.clock.body()["is_frozen"],
        "message": MESSAGES.get(visit.query.get("done", "")),
        "page_token": visit.page_token,
        **extra,
    }
    return page(template or f"console_{section}.html", context=context, status=status)
