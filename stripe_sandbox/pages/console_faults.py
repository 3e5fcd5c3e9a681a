"""Decides what the console's page of faults shows and how its form becomes a fault."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from stripe_sandbox.control import actions
from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.faults import CHARGE_FAULTS, CLOCKS, EVENT_FAULTS, READ_FAULTS, REQUEST_FAULTS
from stripe_sandbox.pages import console, console_view
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit

GROUPS = (
    ("Webhooks", sorted(EVENT_FAULTS)),
    ("Calls", sorted(REQUEST_FAULTS)),
    ("Reads", sorted(READ_FAULTS)),
    ("Charges", sorted(CHARGE_FAULTS)),
)
# Field, words, what it may look like.
MATCHES = (
    ("method", "Method", "POST"),
    ("path", "Path", "/v1/invoices*"),
    ("id", "Object in the path", "in_"),
    ("type", "Event type", "invoice.*"),
    ("endpoint", "Endpoint", "we_"),
    ("customer", "Customer", "cus_"),
    ("payment_method", "Payment method", "pm_"),
    ("fingerprint", "Card fingerprint", ""),
)
NUMBERS = ("times", "seconds", "most_seconds", "probability", "seed", "window", "back")
LONGEST_TEXT = 200


def show(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show the planned faults and the form that plans another."""
    extra = {
        "faults": [console_view.fault_row(fault) for fault in visit.sandbox.faults.listed()],
        "decline_codes": [*sorted(DECLINE_CODES), "lock_timeout"],
        "groups": GROUPS,
        "matches": MATCHES,
        "clocks": CLOCKS,
        "values": visit.form,
        "notice": notice,
    }
    return console.render(visit, section="faults", extra=extra, status=status)


def plan(visit: Visit) -> Response:
    """Plan a fault for the matching calls, events or charges; the form is the control's, field by field."""
    try:
        actions.add_fault(visit.sandbox, _body(visit))
    except ValueError as error:
        text = f"{str(error)[:1].upper()}{str(error)[1:]}. Nothing was planned."
        notice = Notice(kind="bad", title="This fault cannot be planned", text=text)
        return show(visit, notice=notice, status=422)
    return see_other(f"{CONSOLE_URL}/faults?done=fault")


def _body(visit: Visit) -> dict[str, Any]:
    form = {name: value.strip()[:LONGEST_TEXT] for name, value in visit.form.items()}
    match = {name: form[name] for name, _, _ in MATCHES if form.get(name)}
    if form.get("nth"):
        match["nth"] = form["nth"]
    body: dict[str, Any] = {name: form[name] for name in (*NUMBERS, "code", "clock", "invoice") if form.get(name)}
    return {**body, "fault": form.get("name", ""), "match": match, "at_once": form.get("at_once") == "true"}


def clear(visit: Visit) -> Response:
    """Forget every planned fault."""
    visit.sandbox.faults.clear()
    return see_other(f"{CONSOLE_URL}/faults?done=cleared")
