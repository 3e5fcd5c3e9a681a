"""Decides what each control does; plain functions on the sandbox, JSON in and out."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from stripe_sandbox.control import bank_cards, dashboard, money_back
from stripe_sandbox.control.durations import after
from stripe_sandbox.control.fields import number, text, truth, whole
from stripe_sandbox.faults import Fault
from stripe_sandbox.sandbox import Sandbox

Body = dict[str, Any]
Action = Callable[[Sandbox, Body], Any]
LATEST = (
    7_258_118_400  # 1 January 2200: calendar arithmetic ends somewhere, and a wrong figure must not walk for ever.
)


def health(sandbox: Sandbox, _body: Body) -> Body:
    """Alive, and the token of this start."""
    return {"status": "ok", "token": sandbox.token}


def read_clock(sandbox: Sandbox, _body: Body) -> Body:
    """Billing time and what comes next."""
    return sandbox.clock_body()


def move_clock(sandbox: Sandbox, body: Body) -> Body:
    """Forward only; answers when everything due has happened. Raises ValueError for what cannot be.

    `deliver` false: the webhooks of the way are held back and go out after the answer.
    """
    target = _target(sandbox, body)
    is_delivering = truth(body, "deliver", default=True)
    if target is not None:
        with nullcontext() if is_delivering else sandbox.courier.held_back():
            sandbox.time_engine.advance_to(target)
    elif "freeze" in body:
        sandbox.clock.freeze(is_frozen=truth(body, "freeze"))
    elif truth(body, "follow_wall", default=False):
        sandbox.clock.freeze(is_frozen=False)
    else:
        raise ValueError("give set, advance, advance_seconds, freeze or follow_wall")
    return sandbox.clock_body()


def _target(sandbox: Sandbox, body: Body) -> float | None:
    now = sandbox.clock.exact()
    if "set" in body:
        target = number(body, "set")
    elif "advance" in body:
        target = after(now, duration=text(body, "advance"))
    elif "advance_seconds" in body:
        target = now + number(body, "advance_seconds")
    else:
        return None
    if target < now - 1:
        raise ValueError("the clock goes forward only")
    if target > LATEST:
        raise ValueError("the clock ends with the year 2199")
    return target


def reset(sandbox: Sandbox, _body: Body) -> Body:
    """Forget all state."""
    sandbox.reset()
    return {"status": "ok"}


def deliveries(sandbox: Sandbox, body: Body) -> Body:
    """The latest deliveries, newest first."""
    return {"data": sandbox.recent_deliveries(limit=_limit(body))}


def requests(sandbox: Sandbox, body: Body) -> Body:
    """The latest API calls, newest first."""
    return {"data": sandbox.recent_requests(limit=_limit(body))}


def state(sandbox: Sandbox, _body: Body) -> Body:
    """Counts of everything."""
    return sandbox.overview()


def list_faults(sandbox: Sandbox, _body: Body) -> Body:
    """Planned faults."""
    return {"data": sandbox.faults.listed()}


def add_fault(sandbox: Sandbox, body: Body) -> Body:
    """Plan a fault: `fault` (name), `match`, `times` (0 or null: always) and the other fields of `Fault`."""
    match = body.get("match") or {}
    if not isinstance(match, dict):
        raise ValueError("match is a table")
    match = {str(key): str(value) for key, value in match.items()}
    times = whole(body, "times", default=1) if body.get("times", 1) is not None else 0
    sandbox.faults.add(
        Fault(
            name=text(body, "fault") if "fault" in body else text(body, "name"),
            nth=int(match.pop("nth", 1)),
            match=match,
            times=times or None,
            seconds=number(body, "seconds", default=1.0),
            most_seconds=number(body, "most_seconds", default=0.0),
            code=text(body, "code", default="generic_decline"),
            probability=number(body, "probability", default=1.0),
            seed=None if body.get("seed") is None else whole(body, "seed"),
            window=whole(body, "window", default=5),
            back=whole(body, "back", default=1),
            clock=text(body, "clock", default="billing"),
            at_once=truth(body, "at_once", default=False),
            invoice=text(body, "invoice", default=""),
            told=bank_cards.told(body),
        )
    )
    return list_faults(sandbox, body)


def clear_faults(sandbox: Sandbox, body: Body) -> Body:
    """No faults from here on."""
    sandbox.faults.clear()
    return list_faults(sandbox, body)


def decline_next(sandbox: Sandbox, body: Body) -> Body:
    """The next charges of a customer decline: `customer`, `code`, `times`, and what the decline says besides."""
    match = {"customer": text(body, "customer")}
    kept = {name: body[name] for name in ("code", "times", *bank_cards.TOLD) if name in body}
    return add_fault(sandbox, {"fault": "decline", "match": match, **kept})


def pause_webhooks(sandbox: Sandbox, _body: Body) -> Body:
    """Hold deliveries back."""
    sandbox.courier.pause()
    return {"is_paused": True}


def resume_webhooks(sandbox: Sandbox, _body: Body) -> Body:
    """Deliver again."""
    sandbox.courier.resume()
    return {"is_paused": False}


def resend_webhook(sandbox: Sandbox, body: Body) -> Body:
    """Deliver one event again. Raises LookupError for an event that went nowhere."""
    count = sandbox.courier.resend(str(body.get("event")))
    if count == 0:
        raise LookupError("no such event, or no endpoint wanted it")
    return {"resent": count}


def read_settings(sandbox: Sandbox, _body: Body) -> Body:
    """The switches."""
    return dict(sandbox.settings)


def change_settings(sandbox: Sandbox, body: Body) -> Body:
    """Change switches by name."""
    sandbox.change_settings(body)
    return dict(sandbox.settings)


def _limit(body: Body) -> int:
    return max(1, min(whole(body, "limit", default=50), 1000))


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "health"): health,
    ("GET", "clock"): read_clock,
    ("POST", "clock"): move_clock,
    ("POST", "reset"): reset,
    ("GET", "deliveries"): deliveries,
    ("GET", "requests"): requests,
    ("GET", "state"): state,
    ("GET", "faults"): list_faults,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): clear_faults,
    ("POST", "decline-next"): decline_next,
    ("POST", "webhooks/pause"): pause_webhooks,
    ("POST", "webhooks/resume"): resume_webhooks,
    ("POST", "webhooks/resend"): resend_webhook,
    ("GET", "settings"): read_settings,
    ("POST", "settings"): change_settings,
    **bank_cards.ACTIONS,
    **dashboard.ACTIONS,
    **money_back.ACTIONS,
}
