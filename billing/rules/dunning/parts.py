"""Reads the parts of a policy's body one by one, and says what is wrong with each; it must not know the whole."""

import re
from datetime import timedelta
from typing import Any

from billing.rules.dunning.body import Body
from billing.rules.dunning.facts import AccessPlan, LocalWindow
from billing.rules.dunning.paydays import EVERYWHERE_ELSE, is_payday_name
from billing.rules.dunning.tables import decline_rows
from billing.terms import DeclineClass, FinalAction

NO_MAIL = "none"
LONGEST_WAIT_HOURS = 30 * 24
SHORTEST_WINDOW_MINUTES = 60
# Whoever loses the subscription has been told this long before.
LAST_NOTICE_HOURS = 72

_RETRIED = (DeclineClass.TECHNICAL, DeclineClass.SOFT)
# A retry that goes on by itself, and a fault of ours, may stay without a mail.
_MAY_BE_SILENT = frozenset({"retrying", "internal"})
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_NOT_OFFERED = {
    "unpaid": "cannot be `unpaid`: Stripe sets that state by itself only, where it collects.",
    "pause": "cannot be `pause`: Stripe pauses after a failed payment only in an API that we do not use yet.",
}


def read_window(part: Body) -> LocalWindow:
    part.allow_only(("from", "to"))
    begins, ends = (_minutes(part, name) for name in ("from", "to"))
    if begins is None or ends is None:
        return LocalWindow(0, 0)
    if ends - begins < SHORTEST_WINDOW_MINUTES:
        part.refuse("", f"must last {SHORTEST_WINDOW_MINUTES} minutes at least, within one day.")
    return LocalWindow(begins, ends)


def _minutes(part: Body, name: str) -> int | None:
    text = part.text(name)
    if text is None:
        return None
    if not _CLOCK.fullmatch(text):
        part.refuse(name, "must be a time such as 06:00.")
        return None
    return int(text[:2]) * 60 + int(text[3:])


def read_paydays(root: Body) -> dict[str, tuple[str, ...]]:
    if root.values.get("paydays") is None:
        # Said outright, so a payday slot is a plain morning; a missing key was refused above.
        return {}
    part = root.part("paydays")
    if part.is_object and EVERYWHERE_ELSE not in part.values:
        part.refuse(EVERYWHERE_ELSE, "is missing: it holds for all countries that are not named.")
    found = {country: _read_names(part, country) for country in part.values}
    return {country.upper(): names for country, names in found.items()}


def _read_names(part: Body, country: str) -> tuple[str, ...]:
    if country != EVERYWHERE_ELSE and not re.fullmatch(r"[A-Z]{2}", country):
        part.refuse(country, "must be a country's two capital letters.")
    names: list[Any] = part.items(country) or []
    for name in names:
        if not isinstance(name, str) or not is_payday_name(name):
            part.refuse(country, f"has {name!r}; known are day_1 to day_31, last_day, last_business_day, weekdays.")
    return tuple(str(name) for name in names)


def read_access(part: Body, *, deadline_days: int) -> AccessPlan:
    part.allow_only(("read_only_after_days", "closed_after_days"))
    closed = part.number("closed_after_days", least=0, most=deadline_days, because="not after the deadline")
    if part.values.get("read_only_after_days") is None:
        return AccessPlan(read_only_after=None, closed_after=timedelta(days=closed))
    read_only = part.number("read_only_after_days", least=0, most=closed, because="not after access is closed")
    return AccessPlan(read_only_after=timedelta(days=read_only), closed_after=timedelta(days=closed))


def read_final_action(root: Body) -> FinalAction:
    text = root.text("final_action")
    if text is None:
        return FinalAction.LEAVE
    if text in list(FinalAction):
        return FinalAction(text)
    if text.startswith("downgrade"):
        root.refuse("final_action", "cannot be a downgrade: moving to Free is a cancellation, so say `cancel`.")
    elif text in _NOT_OFFERED:
        root.refuse("final_action", _NOT_OFFERED[text])
    else:
        root.refuse("final_action", f"must be one of {', '.join(FinalAction)}.")
    return FinalAction.LEAVE


def read_last_notice(root: Body, *, deadline_days: int) -> timedelta:
    whole = deadline_days * 24
    return timedelta(hours=root.number("last_notice_hours", least=min(LAST_NOTICE_HOURS, whole), most=whole))


def read_slots(part: Body) -> dict[DeclineClass, tuple[timedelta, ...]]:
    found: dict[DeclineClass, tuple[timedelta, ...]] = {}
    for name in part.values:
        if name not in list(_RETRIED):
            part.refuse(name, f"is no class that is retried; those are {', '.join(_RETRIED)}.")
            continue
        found[DeclineClass(name)] = _read_waits(part, name)
    return found


def _read_waits(part: Body, name: str) -> tuple[timedelta, ...]:
    rows = [row for row in decline_rows().values() if row.decline_class == name and row.max_retries]
    least = int(min(row.wait_min for row in rows) / timedelta(hours=1))
    waits = part.items(name) or []
    for wait in waits:
        if not isinstance(wait, int) or isinstance(wait, bool) or not least <= wait <= LONGEST_WAIT_HOURS:
            part.refuse(name, f"has {wait!r}; a wait is whole hours from {least} to {LONGEST_WAIT_HOURS}.")
            return ()
    return tuple(timedelta(hours=wait) for wait in waits)


def read_messages(part: Body) -> dict[str, str]:
    keys = sorted({row.message_key for row in decline_rows().values()})
    part.allow_only(keys)
    texts = {key: part.text(key) for key in keys}
    found = {key: text for key, text in texts.items() if text is not None}
    for key, template in found.items():
        if template == NO_MAIL and key not in _MAY_BE_SILENT:
            part.refuse(key, "must name a template: only the customer can go on.")
        elif template not in (NO_MAIL, *keys):
            part.refuse(key, f"must name one of the templates {', '.join(keys)}, or {NO_MAIL}.")
    if found.get("cancelled_auth") != found.get("generic"):
        part.refuse("cancelled_auth", "must name the template of `generic`: another would tell the reason.")
    return found
