"""Decides what the buttons of the console's overview and events do and which input they refuse."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console, console_clocks
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit

STEPS = {"day": 86_400, "week": 604_800}
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}
LONGEST_MOVE_SECONDS = 2 * 366 * 86_400


def move_clock(visit: Visit) -> Response:
    """Move billing time forward by a step, to the next due moment, or by a typed span; then show the overview."""
    if visit.form.get("step") in {"freeze", "run"}:
        is_frozen = visit.form["step"] == "freeze"
        visit.sandbox.clock.freeze(is_frozen=is_frozen)
        return see_other(f"/_sandbox/?done={'frozen' if is_frozen else 'running'}")
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


def move_test_clock(visit: Visit) -> Response:
    """Send a test clock forward by a step or to what is due next on it."""
    try:
        reason = console_clocks.advance(visit.sandbox, visit.names["clock_id"], step=visit.form.get("step", ""))
    except LookupError:
        raise PageRefused(404, "The sandbox has no such test clock, or it was reset.") from None
    if reason is not None:
        notice = Notice(kind="bad", title="The test clock was not moved", text=reason)
        return console.overview(visit, notice=notice, status=422)
    return see_other("/_sandbox/?done=clock_moved")


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
