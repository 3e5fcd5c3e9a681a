"""Lets one contestant pursue one failure to its end, moment by moment; it must not know how either decides."""

from dataclasses import dataclass
from datetime import datetime

from billing.lab.assumptions import Drawn
from billing.lab.contestants import Contestant
from billing.lab.failures import Failure
from billing.lab.pursuit import Mail, Plan, Pursuit
from billing.terms import AttemptTrigger

# No policy may plan so many; whoever does would never end.
_MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """One try that was made without the customer, at `at` (UTC)."""

    at: datetime
    trigger: AttemptTrigger
    is_paid: bool


@dataclass(frozen=True, slots=True)
class Story:
    """How a case went. `recovered_at` is None for one that was not paid in time."""

    failure: Failure
    sent: tuple[Sent, ...]
    recovered_at: datetime | None
    is_paid_by_customer: bool = False


def play(failure: Failure, contestant: Contestant, drawn: Drawn) -> Story:
    """The story of `failure` in the hands of `contestant`. The same arguments give the same story."""
    return _Play(failure, contestant.open(failure), drawn).run()


class _Play:
    def __init__(self, failure: Failure, pursuit: Pursuit, drawn: Drawn) -> None:
        self._failure, self._pursuit, self._drawn = failure, pursuit, drawn
        self._sent: list[Sent] = []
        self._mails = 0
        self._acts_at: datetime | None = None
        self._has_acted = False
        self._renewed_at = failure.renewed_at if pursuit.minds_renewals else None
        self._next_at: datetime | None = None
        self._notice = pursuit.last_notice

    def run(self) -> Story:
        is_over = self._take(self._pursuit.follow(self._failure.opened_at))
        while not is_over and len(self._sent) < _MOST_TRIES:
            now = self._next_moment()
            if now >= self._pursuit.ends_at:
                break
            if self._notice is not None and now == self._notice.at:
                self._receive(self._notice)
                self._notice = None
                continue
            if now == self._acts_at:
                self._acts_at, self._has_acted = None, True
                if self._failure.pays:
                    return Story(self._failure, tuple(self._sent), now, is_paid_by_customer=True)
                continue
            is_over = self._try(now)
            if self._sent and self._sent[-1].is_paid:
                return Story(self._failure, tuple(self._sent), now)
        return Story(self._failure, tuple(self._sent), None)

    def _next_moment(self) -> datetime:
        notice_at = None if self._notice is None else self._notice.at
        moments = (self._acts_at, self._renewed_at, self._next_at, notice_at)
        return min((each for each in moments if each is not None), default=self._pursuit.ends_at)

    def _try(self, now: datetime) -> bool:
        """Make the try that is due; whether the case is over without a payment."""
        if now == self._renewed_at:
            trigger, self._renewed_at = AttemptTrigger.CARD_UPDATED, None
            if self._pursuit.refusal(now, trigger=trigger):
                return False
        else:
            trigger = AttemptTrigger.SCHEDULE
            if self._pursuit.refusal(now, trigger=trigger):
                self._next_at = self._pursuit.replan(now)
                return False
        is_paid = self._failure.accepts(now, number=len(self._sent))
        self._sent.append(Sent(now, trigger, is_paid))
        self._pursuit.note_try(now, trigger=trigger)
        return False if is_paid else self._take(self._pursuit.follow(now))

    def _take(self, plan: Plan) -> bool:
        self._next_at = plan.next_at
        for mail in plan.mails:
            self._receive(mail)
        return plan.is_over

    def _receive(self, mail: Mail) -> None:
        """A mail may bring the customer to act, sooner than another one would."""
        reaction = self._failure.reactions[self._mails % len(self._failure.reactions)]
        chance = self._failure.chance
        chance *= self._drawn["reacts_again"] ** self._mails
        chance *= self._drawn["reacts_to_vague"] if mail.is_vague else 1.0
        self._mails += 1
        acts_at = mail.at + reaction.delay
        if not self._has_acted and reaction.luck < chance and (self._acts_at is None or acts_at < self._acts_at):
            self._acts_at = acts_at
