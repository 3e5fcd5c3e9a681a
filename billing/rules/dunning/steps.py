"""Decides how an open case goes on after a decline, and whether a planned try may still be sent; it sends nothing."""

from datetime import datetime, timedelta

from billing.rules.dunning.facts import (
    AskCustomer,
    CardHistory,
    CaseFacts,
    Close,
    Policy,
    RetryAt,
    Step,
    Verdict,
)
from billing.rules.dunning.limits import earliest_allowed
from billing.rules.dunning.slots import is_in_window, last_morning, next_slot
from billing.terms import AttemptTrigger, SlotPreference

_BY_CUSTOMER = (AttemptTrigger.NEW_CARD, AttemptTrigger.CARD_UPDATED)


def next_step(case: CaseFacts, verdict: Verdict, *, history: CardHistory, policy: Policy, now: datetime) -> Step:
    """What comes next for `case` after `verdict`, at `now` (UTC): a try, the customer, or the end. Safe to repeat.

    A try lies after `now` and after the last one, never sooner than the network and the policy say, inside the
    customer's hours, under all limits, and before the deadline.
    """
    if verdict.ends_mandate:
        return Close("mandate")
    if now >= case.deadline_at:
        return Close("deadline")
    why = _why_no_retry(case, verdict, history=history, policy=policy)
    if why:
        return AskCustomer(why)
    slot = _slot(case, verdict, policy=policy, after=max(case.last_try_at + _gap(case, verdict, policy), now))
    if slot >= case.deadline_at:
        return AskCustomer("deadline")
    allowed = earliest_allowed(
        history, at=slot, amount_minor=case.amount_minor, currency=case.currency, policy=policy
    )
    if allowed is None:
        return AskCustomer("limit")
    if allowed > slot:
        slot = _slot(case, verdict, policy=policy, after=allowed)
    return RetryAt(slot) if slot < case.deadline_at else AskCustomer("limit")


def may_send(
    case: CaseFacts,
    *,
    history: CardHistory,
    policy: Policy,
    now: datetime,
    trigger: AttemptTrigger | None = None,
    verdict: Verdict | None = None,
) -> str:
    """Why a try may not be sent at `now` (UTC), empty if it may. `history` is that of the card that would be tried.

    `verdict` is the last one on this card, None for a card without one. Whatever the `trigger`: `blocked`, `limit`.
    Unless the customer brought a card: `deadline`, and `wait` for what the network orders. For the schedule alone:
    `budget`, `wait` for the policy's gap, and `window`. What the customer causes has its own `budget`. Without a
    `trigger` no budget, gap or window is asked about. Safe to repeat.
    """
    if history.is_blocked or (verdict is not None and verdict.block is not None):
        return "blocked"
    if trigger not in _BY_CUSTOMER and now >= case.deadline_at:
        return "deadline"
    if _is_budget_spent(case, verdict, trigger=trigger, policy=policy):
        return "budget"
    if now < case.last_try_at + _least_gap(verdict, trigger=trigger, policy=policy):
        return "wait"
    allowed = earliest_allowed(history, at=now, amount_minor=case.amount_minor, currency=case.currency, policy=policy)
    if allowed is None or allowed > now:
        return "limit"
    if trigger == AttemptTrigger.SCHEDULE and not is_in_window(now, time_zone=case.time_zone, policy=policy):
        return "window"
    return ""


def _why_no_retry(case: CaseFacts, verdict: Verdict, *, history: CardHistory, policy: Policy) -> str:
    if history.is_blocked or verdict.block is not None:
        return "blocked"
    if not verdict.may_retry:
        return "staff" if verdict.customer_action == "none" else "needs_customer"
    return "budget" if _is_budget_spent(case, verdict, trigger=AttemptTrigger.SCHEDULE, policy=policy) else ""


def _is_budget_spent(
    case: CaseFacts, verdict: Verdict | None, *, trigger: AttemptTrigger | None, policy: Policy
) -> bool:
    if trigger in _BY_CUSTOMER:
        return case.customer_retries >= policy.customer_retries_max
    if trigger != AttemptTrigger.SCHEDULE:
        return False
    return case.retries >= policy.max_retries or (
        verdict is not None and case.retries_of_class >= verdict.max_retries
    )


def _gap(case: CaseFacts, verdict: Verdict, policy: Policy) -> timedelta:
    """From the last try to the next: the step of the policy, else of the table, and never below what binds both."""
    waits = policy.slots.get(verdict.decline_class) or verdict.waits
    step = waits[min(case.retries_of_class, len(waits) - 1)] if waits else timedelta(0)
    return max(step, verdict.wait_min, _least_gap(verdict, trigger=AttemptTrigger.SCHEDULE, policy=policy))


def _least_gap(verdict: Verdict | None, *, trigger: AttemptTrigger | None, policy: Policy) -> timedelta:
    gap = policy.min_gap if trigger == AttemptTrigger.SCHEDULE else timedelta(0)
    if verdict is None or verdict.network_wait is None or trigger in _BY_CUSTOMER:
        return gap
    return max(gap, verdict.network_wait)


def _slot(case: CaseFacts, verdict: Verdict, *, policy: Policy, after: datetime) -> datetime:
    """The first slot after `after` that the verdict prefers."""
    if verdict.slot == SlotPreference.PAYDAY_MORNING:
        return _payday_slot(case, verdict, policy=policy, after=after)
    if verdict.slot == SlotPreference.AFTER_LOCAL_MIDNIGHT:
        # The bank's day must have ended since the last try, not since the end of the wait.
        fresh = _plain_slot(case, verdict.slot, policy=policy, after=case.last_try_at)
        return max(fresh, _plain_slot(case, SlotPreference.ANY, policy=policy, after=after))
    return _plain_slot(case, verdict.slot, policy=policy, after=after)


def _payday_slot(case: CaseFacts, verdict: Verdict, *, policy: Policy, after: datetime) -> datetime:
    """A payday's morning, or the last morning within the longest wait, or else the next morning."""
    slot = _plain_slot(case, SlotPreference.PAYDAY_MORNING, policy=policy, after=after)
    if verdict.wait_max is None or slot <= case.last_try_at + verdict.wait_max:
        return slot
    last = last_morning(case.last_try_at + verdict.wait_max, time_zone=case.time_zone, policy=policy)
    if last > after:
        return last
    return _plain_slot(case, SlotPreference.LOCAL_MORNING, policy=policy, after=after)


def _plain_slot(case: CaseFacts, preference: SlotPreference, *, policy: Policy, after: datetime) -> datetime:
    return next_slot(after, preference=preference, time_zone=case.time_zone, country=case.country, policy=policy)
