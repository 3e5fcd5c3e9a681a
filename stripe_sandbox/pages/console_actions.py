"""Decides what the console's buttons do and which input they refuse."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.faults import NAMES, Fault
from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console, console_reads
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit

STEPS = {"day": 86_400, "week": 604_800}
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}
LONGEST_MOVE_SECONDS = 2 * 366 * 86_400
MOST_TIMES = 1_000
LONGEST_TEXT = 200


def move_clock(visit: Visit) -> Response:
    """Move billing time forward by a step, to the next due moment, or by a typed span; then show the overview."""
    target = _target(visit)
    if target is None:
        text = "Enter a whole number above 0, for at most two years. The clock was not moved."
        notice = Notice(kind="bad", title="This is no span of time", text=text)
        return console.overview(visit, notice=notice, status=422)
    visit.sandbox.time_engine.advance_to(max(target, visit.sandbox.clock.exact()))
    return see_other("/_sandbox/?done=moved")


def _target(visit: Visit) -> float | None:
    now = visit.sandbox.clock.exact()
    step = visit.form.get("step", "")
    if step in STEPS:
        return now + STEPS[step]
    if step == "due":
        due_at = visit.sandbox.time_engine.next_due()
        return now if due_at is None else float(due_at)
    text = visit.form.get("amount", "").strip()
    unit = UNITS.get(visit.form.get("unit", ""))
    if unit is None or not text.isascii() or not text.isdecimal() or len(text) > 7:
        return None
    seconds = int(text) * unit
    return now + seconds if 0 < seconds <= LONGEST_MOVE_SECONDS else None


def switch_deliveries(visit: Visit) -> Response:
    """Hold webhooks back, or let them go on."""
    if visit.form.get("switch") == "pause":
        visit.sandbox.courier.pause()
        return see_other("/_sandbox/?done=paused")
    visit.sandbox.courier.resume()
    return see_other("/_sandbox/?done=resumed")


def resend(visit: Visit) -> Response:
    """Deliver an event once more to every endpoint that it went to."""
    if not visit.sandbox.courier.resend(visit.names["event_id"]):
        raise PageRefused(404, "No endpoint was ever told of this event, or it was reset.")
    return see_other(f"{CONSOLE_URL}/events?done=resent")


def plan_fault(visit: Visit) -> Response:
    """Plan a fault for the next matching calls, events or charges."""
    form = visit.form
    times, seconds = form.get("times", "1").strip(), form.get("seconds", "1").strip()
    match = {key: form.get(key, "").strip() for key in ("method", "path", "type", "customer")}
    match = {key: value for key, value in match.items() if value}
    is_right = (
        form.get("name") in NAMES
        and _is_number(times, most=MOST_TIMES)
        and _is_number(seconds, most=3_600)
        and form.get("code", "generic_decline") in DECLINE_CODES
        and all(len(value) <= LONGEST_TEXT for value in match.values())
    )
    if not is_right:
        text = "Choose a fault; times and seconds are whole numbers from 1. Nothing was planned."
        notice = Notice(kind="bad", title="This fault cannot be planned", text=text)
        return console.faults(visit, notice=notice, status=422)
    visit.sandbox.faults.add(
        Fault(
            name=form["name"],
            match=match,
            times=int(times),
            seconds=float(seconds),
            code=form.get("code", "generic_decline"),
        )
    )
    return see_other(f"{CONSOLE_URL}/faults?done=fault")


def clear_faults(visit: Visit) -> Response:
    """Forget every planned fault."""
    visit.sandbox.faults.clear()
    return see_other(f"{CONSOLE_URL}/faults?done=cleared")


def decline_next(visit: Visit) -> Response:
    """Let the next payment of one customer be declined."""
    customer_id = visit.names["customer_id"]
    if console_reads.find_object(visit.sandbox, kind="customer", object_id=customer_id) is None:
        raise PageRefused(404, "The sandbox has no such customer, or it was reset.")
    visit.sandbox.faults.add(Fault(name="decline", match={"customer": customer_id}))
    return see_other(f"{CONSOLE_URL}/customers?done=declines")


def _is_number(text: str, *, most: int) -> bool:
    is_whole = text.isascii() and text.isdecimal() and len(text) < 7
    return is_whole and 1 <= int(text) <= most
