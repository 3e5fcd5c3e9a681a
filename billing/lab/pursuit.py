"""Pursues one failure: by a plain schedule that reads no code, or by the rules that production runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from billing.lab.failures import HORIZON, Failure
from billing.rules.dunning.facts import AskCustomer, CardHistory, CaseFacts, Policy, RetryAt, Step, Try, Verdict
from billing.rules.dunning.judge import judge
from billing.rules.dunning.steps import may_send, next_step
from billing.terms import AttemptTrigger

# As many as ours writes at most, so that nobody wins by writing more often.
MAILS_OF_A_CASE = 3
_NO_MAIL = "none"
_SILENT_AT_FIRST = "retrying"
_TOLD_FAILURE, _TOLD_ALL = "failed", "customer"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail about an unpaid invoice; a vague one does not say what is wrong."""

    at: datetime
    is_vague: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows a failed try: the next one, if any, and mails; `is_over` once nobody may pay any more."""

    next_at: datetime | None
    mails: tuple[Mail, ...] = ()
    is_over: bool = False


class Pursuit(Protocol):
    """One case in a contestant's hands. Moments are UTC; from `ends_at` on a payment no longer counts.

    `last_notice` goes out if the case is still open then.
    """

    ends_at: datetime
    last_notice: Mail | None
    minds_renewals: bool

    def follow(self, declined_at: datetime) -> Plan:
        """What follows a decline at that moment, of the first try or of a later one."""

    def refusal(self, at: datetime, *, trigger: AttemptTrigger) -> str:
        """Why a try may not be sent at `at` after all, empty if it may."""

    def replan(self, now: datetime) -> datetime | None:
        """The next try instead of one that was refused."""

    def note_try(self, at: datetime, *, trigger: AttemptTrigger) -> None:
        """A try is sent."""


class PlainPursuit:
    """Tries after fixed gaps and asks nobody whether it may."""

    last_notice: Mail | None = None
    minds_renewals = False

    def __init__(self, failure: Failure, gaps: Sequence[timedelta]) -> None:
        self.ends_at = failure.opened_at + HORIZON
        self._gaps = iter(gaps)
        self._mails_left = MAILS_OF_A_CASE

    def follow(self, declined_at: datetime) -> Plan:
        gap = next(self._gaps, None)
        mails = (Mail(declined_at, is_vague=True),) if self._mails_left > 0 else ()
        self._mails_left -= len(mails)
        return Plan(None if gap is None else declined_at + gap, mails)

    def refusal(self, at: datetime, *, trigger: AttemptTrigger) -> str:
        return ""

    def replan(self, now: datetime) -> datetime | None:
        return None

    def note_try(self, at: datetime, *, trigger: AttemptTrigger) -> None:
        pass


class EnginePursuit:
    """Keeps what production keeps in a case's row, and asks the rules what production asks them."""

    minds_renewals = True

    def __init__(self, failure: Failure, policy: Policy, *, is_vague: bool) -> None:
        self._policy = policy
        self._is_vague = is_vague
        self._told = ""
        # The model's bank gives one answer to a case, so the verdict and its class stay.
        self._verdict: Verdict = judge(failure.decline)
        deadline_at = failure.opened_at + policy.deadline
        self.ends_at = min(deadline_at, failure.opened_at + HORIZON)
        self.last_notice: Mail | None = Mail(
            deadline_at - policy.last_notice_before, is_vague or not self._verdict.reveals_reason
        )
        first = Try(failure.opened_at, failure.amount_minor, failure.currency)
        self._history = CardHistory(failure.decline.card_brand, (*failure.earlier, first))
        self._case = CaseFacts(
            opened_at=failure.opened_at,
            deadline_at=deadline_at,
            amount_minor=failure.amount_minor,
            currency=failure.currency,
            time_zone=failure.time_zone,
            country=failure.country,
            retries=0,
            retries_of_class=0,
            last_try_at=failure.opened_at,
        )

    def follow(self, declined_at: datetime) -> Plan:
        is_first = declined_at == self._case.opened_at
        self._history = replace(self._history, is_blocked=self._verdict.block is not None)
        step = self._step(declined_at)
        mails = self._mails(step, declined_at, is_first=is_first)
        if isinstance(step, RetryAt):
            return Plan(step.at, mails)
        return Plan(None, mails, is_over=not isinstance(step, AskCustomer))

    def refusal(self, at: datetime, *, trigger: AttemptTrigger) -> str:
        return may_send(
            self._case, history=self._history, policy=self._policy, now=at, trigger=trigger, verdict=self._verdict
        )

    def replan(self, now: datetime) -> datetime | None:
        step = self._step(now)
        return step.at if isinstance(step, RetryAt) else None

    def note_try(self, at: datetime, *, trigger: AttemptTrigger) -> None:
        made = Try(at, self._case.amount_minor, self._case.currency)
        self._history = replace(self._history, tries=(*self._history.tries, made))
        is_ours = trigger == AttemptTrigger.SCHEDULE
        self._case = replace(
            self._case,
            last_try_at=at,
            retries=self._case.retries + is_ours,
            retries_of_class=self._case.retries_of_class + is_ours,
            customer_retries=self._case.customer_retries + (not is_ours),
        )

    def _step(self, now: datetime) -> Step:
        return next_step(self._case, self._verdict, history=self._history, policy=self._policy, now=now)

    def _mails(self, step: Step, at: datetime, *, is_first: bool) -> tuple[Mail, ...]:
        """Of production's mails after a decline, each at most once: it failed, and only you can go on."""
        key = self._verdict.message_key
        goes_on = isinstance(step, RetryAt)
        is_vague = self._is_vague or not self._verdict.reveals_reason
        mails = []
        is_silent = goes_on and (bool(self._told) or (is_first and key == _SILENT_AT_FIRST))
        if not is_silent and self._told != _TOLD_ALL and self._policy.messages.get(key, _NO_MAIL) != _NO_MAIL:
            self._told = _TOLD_ALL if self._told else _TOLD_FAILURE
            mails.append(Mail(at + self._verdict.message_delay, is_vague))
        return tuple(mails)
