"""Keeps what staff ask of a case: one row for each form that was sent, with its reason, in the audit as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from billing import audit, clock
from billing.errors import CaseClosed, CaseInConflict, InvalidInput, StripeCollects, TryUnderWay
from billing.models import CaseRequest, DunningAttempt, DunningCase
from billing.terms import IN_FLIGHT_ATTEMPT_STATES, CaseAction, CaseState, Collector, IntentState

LONGEST_REASON = 300
_EVENTS = {
    CaseAction.HOLD: "dunning_held",
    CaseAction.RETRY: "dunning_retried",
    CaseAction.EXTEND: "dunning_extended",
    CaseAction.FORGIVE: "dunning_forgiven",
    CaseAction.SETTLE_CONFLICT: "dunning_conflict_settled",
}


@dataclass(frozen=True, slots=True)
class StaffWish:
    """Who asks for it and why, by which form; `now` is business time. Raises InvalidInput without a fit reason."""

    actor: User
    reason: str
    request_key: UUID
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON:
            raise InvalidInput(f"Please give a reason of at most {LONGEST_REASON} characters.", field="reason")


def repeated(case: DunningCase, wish: StaffWish) -> CaseRequest | None:
    """What this very form did before, so that a second click is the same wish."""
    return CaseRequest.objects.filter(case=case, request_key=wish.request_key).first()


def require_going_on(case: DunningCase) -> None:
    """Raises CaseClosed for a case that is over or on the way to its final action."""
    if not case.is_open or case.state == CaseState.CLOSING:
        raise CaseClosed()


def is_in_flight(case: DunningCase) -> bool:
    """Whether the answer to a try of ours is outstanding."""
    return case.attempts.filter(state__in=[state.value for state in IN_FLIGHT_ATTEMPT_STATES]).exists()


def require_free(case: DunningCase) -> None:
    """That staff may act on its tries. Raises CaseClosed, StripeCollects, CaseInConflict, TryUnderWay."""
    require_going_on(case)
    if case.collector == Collector.OBSERVE:
        raise StripeCollects()
    if case.state == CaseState.CONFLICT:
        raise CaseInConflict()
    if case.state == CaseState.ATTEMPTING or is_in_flight(case):
        raise TryUnderWay()


def audited(case: DunningCase) -> dict[str, Any]:
    """What the audit keeps of a case before and after staff act on it."""
    return {
        "state": str(case.state),
        "due_at": case.due_at,
        "held_until": case.held_until,
        "deadline_at": case.deadline_at,
        "access_closes_at": case.access_closes_at,
    }


def record_request(
    case: DunningCase,
    action: CaseAction,
    wish: StaffWish,
    *,
    until: datetime | None = None,
    moves_deadline: bool = False,
    attempt: DunningAttempt | None = None,
    before: Mapping[str, Any] | None = None,
) -> CaseRequest:
    """Write the wish down beside what it does, in the caller's transaction, who holds the case.

    All but a forgiving are done with it.
    """
    is_done = action != CaseAction.FORGIVE
    row = CaseRequest.objects.create(
        case=case,
        organization=case.organization,
        action=action.value,
        requested_by=wish.actor,
        request_key=wish.request_key,
        reason=wish.reason.strip(),
        stripe_subscription_id=case.stripe_subscription_id,
        until=until,
        moves_deadline=moves_deadline,
        attempt=attempt,
        state=(IntentState.SUCCEEDED if is_done else IntentState.RECORDED).value,
        ended_at=clock.system_now() if is_done else None,
    )
    audit.record(
        _EVENTS[action],
        subject=str(case.uuid),
        organization=case.organization,
        actor=wish.actor,
        before=before,
        after=audited(case),
        reason=row.reason,
        request=str(row.uuid),
        invoice=case.stripe_invoice_id,
    )
    return row
