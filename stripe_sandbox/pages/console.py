"""Decides what the console's pages show; its buttons are in `console_actions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.faults import NAMES
from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console_reads, console_view
from stripe_sandbox.pages.console_reads import Slice
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import page
from stripe_sandbox.pages.visit import Visit

ROWS_A_PAGE = 25
ROWS_ON_OVERVIEW = 8
MOST_REQUESTS = 50
HIGHEST_PAGE = 10_000

SECTIONS = ("overview", "customers", "subscriptions", "invoices", "events", "requests", "faults")
KINDS = {"customers": "customer", "subscriptions": "subscription", "invoices": "invoice"}
OBJECT_ROWS: dict[str, Callable[..., dict[str, Any]]] = {
    "customers": console_view.customer_row,
    "subscriptions": console_view.subscription_row,
    "invoices": console_view.invoice_row,
}

# What a page says after a button. The address only picks a sentence, it never carries one.
MESSAGES = {
    "moved": "The clock was moved. All that fell due has happened.",
    "resent": "The event is sent once more.",
    "paused": "Deliveries are held back.",
    "resumed": "Deliveries go on, the held ones first.",
    "fault": "The fault is planned.",
    "cleared": "No fault is planned any more.",
    "declines": "The customer's next payment will be declined.",
}


def overview(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show the clock, the latest events and the latest requests."""
    sandbox = visit.sandbox
    events = console_reads.read_events(sandbox, offset=0, limit=ROWS_ON_OVERVIEW)
    extra = {
        "clock": console_view.clock_words(sandbox),
        "events": [console_view.event_row(event) for event in events.rows],
        "requests": _request_rows(visit, limit=ROWS_ON_OVERVIEW),
        "pending": console_reads.count_deliveries(sandbox, state="pending"),
        "notice": notice,
    }
    return render(visit, section="overview", extra=extra, status=status)


def objects(visit: Visit, *, section: str) -> Response:
    """Show a page of customers, subscriptions or invoices."""
    number = page_number(visit)
    found = console_reads.read_objects(
        visit.sandbox, kind=KINDS[section], offset=(number - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE
    )
    rows = [OBJECT_ROWS[section](visit.sandbox, thing) for thing in found.rows]
    extra = {"rows": rows, "pager": pager(section, found=found, number=number)}
    return render(visit, section=section, extra=extra)


def events(visit: Visit) -> Response:
    """Show a page of the event log, each event with its deliveries and its body."""
    number = page_number(visit)
    offset = (number - 1) * ROWS_A_PAGE
    found = console_reads.read_events(visit.sandbox, offset=offset, limit=ROWS_A_PAGE)
    rows = [console_view.event_row(event) for event in found.rows]
    extra = {"events": rows, "pager": pager("events", found=found, number=number)}
    return render(visit, section="events", extra=extra)


def requests(visit: Visit) -> Response:
    """Show the latest calls of the API; they live in memory and end with the process."""
    return render(visit, section="requests", extra={"requests": _request_rows(visit, limit=MOST_REQUESTS)})


def _request_rows(visit: Visit, *, limit: int) -> list[dict[str, Any]]:
    return [console_view.request_row(request) for request in visit.sandbox.recent_requests(limit=limit)]


def faults(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show the planned faults and the form that plans another."""
    extra = {
        "faults": [console_view.fault_row(fault) for fault in visit.sandbox.faults.listed()],
        "decline_codes": sorted(DECLINE_CODES),
        "fault_names": sorted(NAMES),
        "values": visit.form,
        "notice": notice,
    }
    return render(visit, section="faults", extra=extra, status=status)


def one_object(visit: Visit) -> Response:
    """Show one object as the API would answer it."""
    kind, object_id = visit.names["kind"], visit.names["object_id"]
    thing = console_reads.find_object(visit.sandbox, kind=kind, object_id=object_id)
    if thing is None or kind not in KINDS.values():
        raise PageRefused(404, "The sandbox has no such object, or it was reset.")
    section = next(name for name, known in KINDS.items() if known == kind)
    extra = {"object_id": object_id, "body": console_view.pretty(thing), "is_object": True}
    return render(visit, section=section, extra=extra)


def page_number(visit: Visit) -> int:
    """Return the page that the address asks for; anything odd is the first."""
    text = visit.query.get("page", "1")
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        return 1
    return min(max(int(text), 1), HIGHEST_PAGE)


def pager(section: str, *, found: Slice, number: int) -> dict[str, str | None]:
    """Return the words and links under a list."""
    start = (number - 1) * ROWS_A_PAGE
    end = start + len(found.rows)
    url = f"{CONSOLE_URL}/{section}?page="
    return {
        "words": f"{start + 1} to {end} of {found.total}" if found.rows else f"{found.total} in all",
        "newer_url": f"{url}{number - 1}" if number > 1 else None,
        "older_url": f"{url}{number + 1}" if end < found.total else None,
    }


def render(visit: Visit, *, section: str, extra: dict[str, Any], status: int = 200) -> Response:
    """Render a page of the console with its navigation."""
    sandbox = visit.sandbox
    counts = {name: console_reads.count_objects(sandbox, kind=kind) for name, kind in KINDS.items()}
    context = {
        "section": section,
        "sections": [
            {
                "name": name,
                "label": name.capitalize(),
                "url": "/_sandbox/" if name == "overview" else f"{CONSOLE_URL}/{name}",
                "count": counts.get(name),
            }
            for name in SECTIONS
        ],
        "console_url": CONSOLE_URL,
        "is_paused": sandbox.courier.is_paused,
        "message": MESSAGES.get(visit.query.get("done", "")),
        "page_token": visit.page_token,
        "is_object": False,
        **extra,
    }
    template = "console_object.html" if context["is_object"] else f"console_{section}.html"
    return page(template, context=context, status=status)
