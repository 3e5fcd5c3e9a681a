"""Decides how the console shows the switches and reads them from a form."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from stripe_sandbox.pages import console
from stripe_sandbox.pages.console_view import CONSOLE_URL
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.settings import SWITCHES, WEBHOOK_PROFILES, Switch

WORDS = {"after_retries": ("leave", "cancel", "unpaid"), "pay_requires_action": ("error", "invoice")}


def show(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show every switch with its value; after a refusal, with what was typed."""
    rows = [
        _row(name, switch, visit.form.get(name), visit.sandbox.settings[name]) for name, switch in SWITCHES.items()
    ]
    return console.render(visit, section="settings", extra={"rows": rows, "notice": notice}, status=status)


def save(visit: Visit) -> Response:
    """Change all switches, or none of them."""
    try:
        values = {name: _value(switch, visit.form[name]) for name, switch in SWITCHES.items() if name in visit.form}
        visit.sandbox.change_settings(values)
    except ValueError as error:
        notice = Notice(kind="bad", title="Nothing was saved", text=f"{error}.")
        return show(visit, notice=notice, status=422)
    return see_other(f"{CONSOLE_URL}/settings?done=settings")


def reset(visit: Visit) -> Response:
    """Forget everything, once the box says that it is meant."""
    if visit.form.get("is_meant") != "true":
        notice = Notice(
            kind="bad", title="Nothing was forgotten", text="Tick the box first: a reset has no way back."
        )
        return show(visit, notice=notice, status=422)
    visit.sandbox.reset()
    return see_other("/_sandbox/?done=reset")


def _row(name: str, switch: Switch, typed: str | None, value: Any) -> dict[str, Any]:
    choices: tuple[str, ...] = WORDS.get(name, ())
    if isinstance(switch.default, bool):
        choices = ("true", "false")
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "meaning": switch.meaning,
        "choices": [(choice, {"true": "Yes", "false": "No"}.get(choice, choice.capitalize())) for choice in choices],
        "value": _text(value) if typed is None else typed,
        "is_changed": value != switch.default,
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{each:g}" for each in value)
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _value(switch: Switch, text: str) -> Any:
    """What was typed as the kind of value that the switch has; what fits none is left to the switch's check."""
    text = text.strip()
    if isinstance(switch.default, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(switch.default, list):
        return text if text in WEBHOOK_PROFILES else [_number(each) for each in text.split(",") if each.strip()]
    return text if isinstance(switch.default, str) else _number(text)


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
