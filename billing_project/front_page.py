"""The admin's front page: what waits for a person and what for the machine, each number with the way to its list."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince

from billing.clock import business_now, system_now
from billing.selectors import backlog, refunds
from billing.selectors.dispute_desk import waiting_disputes
from billing.selectors.dunning_queue import unknown_attempts, waiting_cases
from billing.selectors.invariants import OWN_TASKS
from webhooks.models import InboxEvent
from webhooks.numbers import InState, waiting_events

_State = InboxEvent.State


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `is_bad`: it should be nought, and a person has to see to it."""

    label: str
    value: int
    note: str
    url: str
    is_bad: bool = False


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Put the figures that this person may look behind into the context of the front page.

    What costs money or a deadline first, then what is wrong, then what goes on by itself.
    """
    context["figures"] = [
        *(_disputes() if request.user.has_perm("billing.view_dispute") else []),
        *(_refunds() if request.user.has_perm("billing.view_refundrequest") else []),
        *(_tasks() if request.user.has_perm("billing.view_stafftask") else []),
        *(_cases() if request.user.has_perm("billing.view_dunningcase") else []),
        *(_tries() if request.user.has_perm("billing.view_dunningattempt") else []),
        *(_inbox() if request.user.has_perm("webhooks.view_inboxevent") else []),
        *(_refreshes() if request.user.has_perm("billing.view_work") else []),
        *(_drifts() if request.user.has_perm("billing.view_drift") else []),
    ]
    return context


def _tasks() -> list[Figure]:
    """All of them, and apart those that say that something is not as it must be."""
    tasks, url = backlog.open_tasks(), _list("billing_stafftask", "resolved=no")
    count, doubled, broken = sum(tasks.values()), tasks.get("second_subscription", 0), tasks.get(OWN_TASKS, 0)
    of_kind = f"{url}&kind="
    return [
        Figure("Open staff tasks", count, "What a person has to look at", url, is_bad=count > 0),
        Figure("Paid for twice", doubled, "Two running plans", f"{of_kind}second_subscription", is_bad=doubled > 0),
        Figure("Broken invariants", broken, "What must never be so", f"{of_kind}{OWN_TASKS}", is_bad=broken > 0),
    ]


def _drifts() -> list[Figure]:
    left, run = backlog.drifts_left()
    query = f"outcome__exact=noted&reconciliation__id__exact={run}" if run else "outcome__exact=noted"
    return [
        Figure("Differences from Stripe", left, "Of the last comparison", _list("billing_drift", query), left > 0)
    ]


def _disputes() -> list[Figure]:
    """By deadline: the list is sorted by it."""
    waiting, disputes = waiting_disputes(business_now()), "billing_dispute"
    soon, approve = waiting.soon, waiting.to_approve
    return [
        Figure("Disputes due", soon, "Within three days", _list(disputes, "awaits=3"), is_bad=soon > 0),
        Figure("Disputes to answer", waiting.to_answer, "By their deadlines", _list(disputes, "awaits=yes")),
        Figure(
            "Answers to approve", approve, "Wait for a second person", _list(disputes, "approve=yes"), approve > 0
        ),
    ]


def _refunds() -> list[Figure]:
    waiting, failed, list_name = refunds.to_approve(), refunds.failed(), "billing_refundrequest"
    to_approve, to_see_to = _list(list_name, "state__exact=requested"), _list(list_name, "state__exact=failed")
    return [
        Figure("Refunds to approve", waiting, "A second person has to decide", to_approve),
        Figure("Refunds that failed", failed, "The customer has no money", to_see_to, is_bad=failed > 0),
    ]


def _cases() -> list[Figure]:
    waiting = waiting_cases(business_now())
    conflicts, list_name = waiting.in_conflict, "billing_dunningcase"
    in_conflict = _list(list_name, "state__exact=conflict")
    return [
        Figure("Dunning conflicts", conflicts, "Stripe collects as well as we", in_conflict, is_bad=conflicts > 0),
        Figure("Unpaid cases that end", waiting.ending_soon, "Within three days", _list(list_name, "ends=3")),
    ]


def _tries() -> list[Figure]:
    url = _list("billing_dunningattempt", "state__exact=unknown")
    return [Figure("Tries without an answer", unknown_attempts(), "Settled by themselves within a day", url)]


def _inbox() -> list[Figure]:
    events = waiting_events()
    dead, strange = events[_State.DEAD].count, events[_State.QUARANTINED].count
    waiting = [events[_State.NEW], events[_State.DISPATCHED]]
    inbox = "webhooks_inboxevent"
    return [
        Figure("Dead events", dead, "Could not be handled", _list(inbox, "state__exact=dead"), is_bad=dead > 0),
        Figure(
            "Quarantined events",
            strange,
            "Not applied here",
            _list(inbox, "state__exact=quarantined"),
            is_bad=strange > 0,
        ),
        Figure("Events under way", sum(part.count for part in waiting), _since(waiting), _list(inbox, "")),
    ]


def _refreshes() -> list[Figure]:
    refreshes = backlog.refresh_backlog()
    work = "billing_work"
    gone = refreshes.given_up
    failing = f"{refreshes.failing} of them failing" if refreshes.failing else "Fetched from Stripe one by one"
    return [
        Figure("Objects given up", gone, "Eight faults in a row", _list(work, "waiting=dead"), is_bad=gone > 0),
        Figure("Objects to refresh", refreshes.waiting, failing, _list(work, "waiting=yes")),
    ]


def _since(waiting: list[InState]) -> str:
    oldest = min((part.oldest_at for part in waiting if part.oldest_at), default=None)
    return f"The oldest came {timesince(oldest, system_now(), depth=1)} ago" if oldest else "None waits"


def _list(model: str, query: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}{'?' if query else ''}{query}"
