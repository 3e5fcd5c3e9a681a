"""Tells what happens next with an unpaid invoice, and when access and plan end for it; it has no words.

Where the reason of a failure is hidden, so is whether and when we try again: a stolen card is not tried again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing.models import ChargeAttempt, DunningCase, Invoice
from billing.rules.dunning.judge import judge
from billing.rules.dunning.messages import hides_reason
from billing.selectors.dunning import decline_of, policy_of
from billing.terms import Authentication, CaseState, Collector, FinalAction

AUTH, INTERNAL, NO_DECLINE = "auth", "internal", ""
_OWN_CALENDAR = (CaseState.WAITING, CaseState.ATTEMPTING)


class NextStep(StrEnum):
    """What goes on: we try again (on a day, or just now), the customer has to act or to confirm, or we have to."""

    RETRY = "retry"
    TRYING = "trying"
    CUSTOMER = "customer"
    CONFIRM = "confirm"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Pursuit:
    """The unpaid invoice's days, in UTC. `full_until` full access lasts, and until `read_until` all can be read.

    Without a payment by `deadline_at` the plan ends, if `is_cancelled_then`. `tries_new_card`: another card is
    charged as soon as it is there. At `last_notice_at` its end is told once more, None if it was.
    """

    next_step: NextStep
    next_try_at: datetime | None
    full_until: datetime | None
    read_until: datetime | None
    deadline_at: datetime
    is_cancelled_then: bool
    tries_new_card: bool
    last_notice_at: datetime | None = None


def message_key_of(charge: ChargeAttempt | None, invoice: Invoice) -> str:
    """The key of the decline table's words for how it failed last, empty where nothing was declined."""
    if invoice.authentication == Authentication.REQUIRED:
        return AUTH
    return judge(decline_of(charge)).message_key if charge else NO_DECLINE


def pursuit_of(case: DunningCase, invoice: Invoice, *, message_key: str, now: datetime) -> Pursuit:
    """How an open case goes on at `now` (business time), by the words of its last failure."""
    policy = policy_of(case)
    is_own = case.collector == Collector.OWN
    is_cancelled_then = is_own and policy.final_action == FinalAction.CANCEL
    next_step, next_try_at = _next(case, invoice, message_key=message_key, now=now)
    full_until, read_until = case.read_only_at or case.access_closes_at, case.access_closes_at
    deadline_at = case.deadline_at
    if is_cancelled_then and case.state == CaseState.CLOSING:
        # Where its holder took the mandate back by way of the bank, the plan ends before the policy's days.
        full_until = read_until = deadline_at = now
    return Pursuit(
        next_step=next_step,
        next_try_at=next_try_at,
        full_until=full_until,
        read_until=read_until if case.read_only_at is not None else None,
        deadline_at=deadline_at,
        is_cancelled_then=is_cancelled_then,
        tries_new_card=is_own,
        last_notice_at=None if case.last_notice_at else deadline_at - policy.last_notice_before,
    )


def _next(
    case: DunningCase, invoice: Invoice, *, message_key: str, now: datetime
) -> tuple[NextStep, datetime | None]:
    if message_key == AUTH:
        return NextStep.CONFIRM, None
    if hides_reason(message_key):
        return NextStep.CUSTOMER, None
    if message_key == INTERNAL:
        return NextStep.OURS, None
    if case.collector == Collector.OBSERVE:
        at = invoice.next_payment_attempt_at
        return (NextStep.RETRY, at) if at is not None and at > now else (NextStep.CUSTOMER, None)
    if case.state not in _OWN_CALENDAR:
        return NextStep.CUSTOMER, None
    if case.due_at is not None and case.due_at > now:
        return NextStep.RETRY, case.due_at
    return NextStep.TRYING, None
