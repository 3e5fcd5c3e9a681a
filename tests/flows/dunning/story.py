"""Plays one story by its seed: what people, banks, the network and time do, while workers pursue, die and go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from billing.models import DunningAttempt, DunningCase
from billing.terms import CaseState
from tests.flows.dunning import checks
from tests.flows.dunning.cards import ADVICE, CODES, SOFT_TOKENS, TOKENS
from tests.flows.dunning.crashing import POINTS, Crasher
from tests.flows.dunning.judging import faults_of
from tests.flows.dunning.stage import (
    DECLINED_NUMBER,
    GOOD_NUMBER,
    TO_THE_RENEWAL,
    Stage,
    Subscriber,
    moment,
    publish_policy,
)
from tests.flows.dunning.witness import Witness
from tests.flows.dunning.worker import PURSUIT, Step, Workers
from tests.sandbox_fixture import Sandbox

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]
# Renewals that fail shortly before the clocks go forward and back, and before 29 February.
BEGINNINGS = (moment(2027, 2, 12), moment(2027, 9, 14), moment(2028, 1, 18), moment(2027, 6, 1))
FAULTS = (
    "timeout_after_commit",
    "http_500_before",
    "http_500_after_commit",
    "connection_reset",
    "http_429",
    "idempotency_in_flight",
    "pay_on_hosted_page",
)
_STEPS = 12
_MOST_ROUNDS_TO_THE_END = 70
_MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    stage: Stage
    workers: Workers
    witness: Witness
    most_deaths: int
    terms: checks.Terms = field(default_factory=checks.Terms)

    @property
    def chance(self) -> Any:
        return self.stage.chance

    # --- The story -------------------------------------------------------------------------------------------

    def play(self) -> None:
        """A failed renewal of each subscriber, many moves, and then time until every case is over."""
        for subscriber in self.stage.subscribers:
            self.stage.use_card(subscriber, self.chance.choice([*SOFT_TOKENS, *SOFT_TOKENS, *TOKENS]))
            if self.chance.random() < 0.2:
                self.advise(subscriber)
        self.stage.tell()
        self.round()
        self.stage.sandbox.advance(TO_THE_RENEWAL)
        self.after_move("the renewals")
        for _ in range(_STEPS):
            self.move()
        self.finish()

    def move(self) -> None:
        moves: tuple[tuple[int, Callable[[Subscriber], None]], ...] = (
            (6, self.wait_for_the_next),
            (1, self.wait_hours),
            (2, self.wait_days),
            (6, self.spoil_a_call),
            (2, self.pay),
            (2, self.use_card),
            (1, self.decline_next),
            (1, self.advise_next),
            (1, self.spoil_reads),
            (1, self.sleep),
            (1, self.change_policy),
            (1, self.end_it),
        )
        does = self.chance.choices([move for _, move in moves], weights=[weight for weight, _ in moves])[0]
        does(self.chance.choice(self.stage.subscribers))
        self.after_move(does.__name__)

    def after_move(self, name: str) -> None:
        self.stage.told.append(f"{self.stage.now:%m-%d %H:%M} {name}")
        self.stage.tell(dropped=0.15, doubled=0.3, is_mixed=True)
        for _ in range(2):
            self.round()
        if self.chance.random() < 0.3:
            self.stage.find_unheard()
            self.round()

    def round(self) -> None:
        """Somebody is about to die, as long as the story has deaths left. Then everything must hold."""
        crasher = self.workers.crasher
        if len(crasher.deaths) < self.most_deaths:
            crasher.arm(self.chance.sample(POINTS, len(POINTS) // 2), nth=self.chance.choice([1, 1, 2]))
        else:
            crasher.disarm()
        try:
            self.workers.run(self.chance.choice([1, 2]))
        except Exception as fault:
            raise AssertionError("\n".join([*self.witness.record.faults, repr(fault), *self.log()])) from fault
        self.stage.wake()
        self.stage.tell(doubled=0.3, is_mixed=True)
        if faults := [*self.witness.record.faults, *checks.faults_now(), *self.terms.faults()]:
            raise AssertionError("\n".join([*faults, *self.log()]))

    def finish(self) -> None:
        """No more trouble but deaths: everything is heard of, and time goes from one due moment to the next."""
        self.stage.sandbox.ask("DELETE", "/_sandbox/faults")
        self.witness.spoil_reads(0, seed=0)
        for _ in range(_MOST_ROUNDS_TO_THE_END):
            self.stage.tell()
            self.stage.find_unheard()
            self.round()
            self.round()
            if overdue := checks.overdue(self.stage.now):
                raise AssertionError("\n".join([*overdue, *self.log()]))
            upcoming = next_moment(self.stage.now)
            if upcoming is None:
                break
            self.stage.advance(upcoming - self.stage.now)
            self.stage.told.append(f"{self.stage.now:%m-%d %H:%M} time goes on")
        open_cases = DunningCase.objects.filter(ended_at=None).exclude(state=CaseState.CONFLICT)
        faults = [f"D9: {case} never ended" for case in open_cases]
        if faults := [*faults, *faults_of(self.stage, self.witness.record)]:
            raise AssertionError("\n".join([*faults, *self.log()]))

    # --- Moves -----------------------------------------------------------------------------------------------

    def wait_for_the_next(self, _: Subscriber) -> None:
        if upcoming := next_moment(self.stage.now):
            self.stage.advance(upcoming - self.stage.now)

    def wait_hours(self, _: Subscriber) -> None:
        self.stage.advance(timedelta(hours=self.chance.randint(1, 30)))

    def wait_days(self, _: Subscriber) -> None:
        """Nobody works meanwhile: beat is dead."""
        self.stage.advance(timedelta(days=self.chance.randint(2, 9), hours=self.chance.randint(0, 20)))

    def spoil_a_call(self, subscriber: Subscriber) -> None:
        """The next call fails in some way, and the next call is soon."""
        self.stage.spoil(self.chance.choice(FAULTS), subscriber, times=self.chance.randint(1, 3))
        self.wait_for_the_next(subscriber)

    def spoil_reads(self, _: Subscriber) -> None:
        self.witness.spoil_reads(4, seed=self.chance.randint(0, 999))
        self.wait_for_the_next(_)

    def pay(self, subscriber: Subscriber) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.stage.pay_on_page(subscriber, self.chance.choice([GOOD_NUMBER, *[DECLINED_NUMBER] * 4]))

    def use_card(self, subscriber: Subscriber) -> None:
        self.stage.use_card(subscriber, self.chance.choice([*SOFT_TOKENS, *TOKENS]))

    def decline_next(self, subscriber: Subscriber) -> None:
        body = {
            "customer": subscriber.customer,
            "code": self.chance.choice(CODES),
            "times": self.chance.randint(1, 2),
        }
        self.stage.sandbox.ask("POST", "/_sandbox/decline-next", body)
        self.wait_for_the_next(subscriber)

    def advise(self, subscriber: Subscriber) -> None:
        """A Mastercard whose bank says how long to wait."""
        self.stage.use_card(subscriber, "pm_card_mastercard")
        body = {
            "customer": subscriber.customer,
            "code": "insufficient_funds",
            "network_advice_code": self.chance.choice(ADVICE),
            "times": self.chance.randint(1, 2),
        }
        self.stage.sandbox.ask("POST", "/_sandbox/decline-next", body)

    def advise_next(self, subscriber: Subscriber) -> None:
        self.advise(subscriber)
        self.wait_for_the_next(subscriber)

    def sleep(self, _: Subscriber) -> None:
        self.stage.sleep(self.chance.choice([20, 30, 60]))

    def change_policy(self, _: Subscriber) -> None:
        publish_policy(
            max_retries=self.chance.randint(1, 6),
            max_24h=self.chance.randint(1, 3),
            max_30d=self.chance.randint(3, 15),
            deadline_days=self.chance.choice([21, 28]),
        )

    def end_it(self, subscriber: Subscriber) -> None:
        ends: tuple[Callable[[], None], ...] = (
            lambda: self.stage.give_up(subscriber, "void_invoice"),
            lambda: self.stage.give_up(subscriber, "mark_uncollectible"),
            lambda: self.stage.leave(subscriber),
            lambda: self.stage.dispute(subscriber, is_inquiry=False),
            lambda: self.stage.dispute(subscriber, is_inquiry=True),
        )
        self.chance.choice(ends)()

    def log(self) -> list[str]:
        """What a reader of a failure needs."""
        return [
            *self.stage.told,
            f"deaths: {self.workers.crasher.deaths}",
            *(
                f"{case.pk} {case.stripe_invoice_id} {event.at:%m-%d %H:%M} {event.kind} {event.details}"
                for case in DunningCase.objects.all()
                for event in case.events.order_by("pk")
            ),
            *(f"{attempt} {attempt.trigger} {attempt.failure}" for attempt in DunningAttempt.objects.order_by("pk")),
        ]


def next_moment(now: datetime) -> datetime | None:
    """A minute after the next moment at which an open case wants something; None if none is open."""
    moments = []
    for case in DunningCase.objects.filter(ended_at=None).exclude(state=CaseState.CONFLICT):
        notice = case.deadline_at - timedelta(hours=72) if case.last_notice_at is None else case.deadline_at
        moments += [each + _MINUTE for each in (case.due_at, notice) if each is not None]
    return max(min(moments), now + _MINUTE) if moments else None


def play_story(
    seed: int, *, sandbox: Sandbox, settings: Any, most_deaths: int, steps: tuple[Step, ...] = PURSUIT
) -> Story:
    """The story of this seed, on an empty database. Raises AssertionError, with its log, for what must not be."""
    zones = [ZONES[(seed + number) % len(ZONES)] for number in range(3)]
    begins_at = BEGINNINGS[seed % len(BEGINNINGS)]
    with Witness(sandbox.url).between(settings) as witness:
        stage = Stage.open(sandbox, seed=seed, begins_at=begins_at, zones=zones)
        story = Story(stage, Workers(Crasher(), steps), witness, most_deaths)
        story.play()
    return story
