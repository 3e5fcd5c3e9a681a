"""What must hold of our rows at any moment, and what may never change of an open case (D8, D9, D10, D13)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from billing.models import CaseEvent, DunningCase, Notice
from billing.terms import IN_FLIGHT_ATTEMPT_STATES, CaseState

_IN_FLIGHT = {state.value for state in IN_FLIGHT_ATTEMPT_STATES}
_ENDS = {"recovered", "stopped", "lost"}
_WINDOW = (6 * 60, 9 * 60)
_A_DAY = timedelta(days=1)


def faults_now() -> list[str]:
    """While nobody is at work: each case in exactly one state, and its story without a contradiction."""
    faults = []
    for case in DunningCase.objects.prefetch_related("attempts", "events").order_by("pk"):
        found = [*_state(case), *_story(case), *_slots(case)]
        faults += [f"{fault} ({case}: {case.stripe_invoice_id})" for fault in found]
    return faults + list(_mails())


def overdue(now: datetime) -> list[str]:
    """D9: cases that should have ended by now."""
    late = DunningCase.objects.filter(ended_at=None, deadline_at__lt=now - _A_DAY).exclude(state=CaseState.CONFLICT)
    return [f"D9: {case} should be over since {case.deadline_at}" for case in late]


class Terms:
    """D13: what a case was opened with stays."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, timedelta]] = {}

    def faults(self) -> list[str]:
        faults = []
        for case in DunningCase.objects.all():
            lasts = case.deadline_at - case.opened_at
            policy, lasted = self._seen.setdefault(case.pk, (case.policy_id, lasts))
            if case.policy_id != policy:
                faults.append(f"D13: {case} changed its policy")
            if lasts != lasted and case.last_notice_at is None:
                faults.append(f"D13: {case} changed its deadline without a notice")
        return faults


def _state(case: DunningCase) -> Iterator[str]:
    flying = [attempt for attempt in case.attempts.all() if attempt.state in _IN_FLIGHT]
    if len(flying) > 1:
        yield "D9: two tries in flight"
    if (case.state == CaseState.ATTEMPTING) != bool(flying) and case.is_open and case.state != CaseState.CONFLICT:
        yield f"D9: stuck, with {len(flying)} tries in flight"
    if (case.state == CaseState.AWAITING_CUSTOMER) != bool(case.waits_for):
        yield f"D9: waits for {case.waits_for!r}"
    if (case.state == CaseState.WAITING) != (case.due_at is not None):
        yield f"D9: due at {case.due_at}"


def _story(case: DunningCase) -> Iterator[str]:
    """D4, D11, D18 as our own log has them: it is written in the order of the commits."""
    ended, conflict, last_sent = "", False, None
    for event in sorted(case.events.all(), key=lambda each: each.pk):
        if event.kind == "attempt_sent":
            if ended or conflict:
                yield f"D4: a try was sent after {ended or 'conflict'}"
            if last_sent and event.at - last_sent < timedelta(hours=1) and _is_scheduled(case, event):
                yield "D6: a burst of tries"
            last_sent = event.at
        if event.kind in _ENDS:
            if ended:
                yield f"D11: ended as {ended} and as {event.kind}"
            ended = event.kind
        conflict = conflict or event.kind == "conflict"
    notices = Counter(event.kind for event in case.events.all())["last_notice"]
    if notices > 1:
        yield f"D10: {notices} last notices"


def _is_scheduled(case: DunningCase, event: CaseEvent) -> bool:
    return any(
        str(each.uuid) == event.details["attempt"] and each.trigger == "schedule" for each in case.attempts.all()
    )


def _slots(case: DunningCase) -> Iterator[str]:
    """D8: planned for the morning of the customer's own day, after all that was tried before."""
    last_try = case.opened_at
    for event in sorted(case.events.all(), key=lambda each: each.pk):
        if event.kind in ("declined", "attempt_sent"):
            last_try = max(last_try, event.at)
        if event.kind == "retry_planned":
            due = datetime.fromisoformat(event.details["due_at"])
            local = due.astimezone(ZoneInfo(case.time_zone or "UTC"))
            if not _WINDOW[0] <= local.hour * 60 + local.minute < _WINDOW[1]:
                yield f"D8: planned for {local}"
            if due <= last_try:
                yield f"D8: planned for {due}, the last try was at {last_try}"


def _mails() -> Iterator[str]:
    """D10: nothing goes out about a case that is over but what tells of its end."""
    for case in DunningCase.objects.exclude(ended_at=None):
        for notice in Notice.objects.filter(key=f"dunning:{case.uuid}:last_notice"):
            if case.last_notice_at is None or case.ended_at is None or case.last_notice_at > case.ended_at:
                yield f"D10: {notice} after the end of {case}"
