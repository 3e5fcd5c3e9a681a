"""One failure in one contestant's hands, from the first decline to the end."""

from datetime import datetime, timedelta

import pytest

from billing.lab.causes import Truth
from billing.lab.contestants import Contestant, standard_contestants
from billing.lab.failures import Failure, Reaction
from billing.lab.play import play
from billing.lab.pursuit import Plan, Pursuit
from billing.rules.dunning.facts import Decline
from billing.terms import AttemptTrigger
from tests.billing.lab.cases import CONFIRM, DRAWN, FUNDS, OPENED_AT, STOLEN, failure, payable_after

CONTESTANTS = {each.key: each for each in standard_contestants()}
PLAIN = [each for key, each in CONTESTANTS.items() if not key.startswith("standard")]
OURS = [each for key, each in CONTESTANTS.items() if key.startswith("standard")]
AT_ONCE = (Reaction(luck=0.3, delay=timedelta(days=2)),)


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("fixed_3", [3, 8, 15]),
        ("every_8_days", [8, 16, 24]),
        ("days_2_5_7_7", [2, 7, 14, 21]),
        ("eight_even", [1.75, 3.5, 5.25, 7, 8.75, 10.5, 12.25, 14]),
    ],
)
def test_a_plain_schedule_tries_on_its_days_whatever_the_bank_says(key: str, days: list[float]) -> None:
    story = play(failure(STOLEN, truth=Truth.HOPELESS), CONTESTANTS[key], DRAWN)

    assert [each.at for each in story.sent] == [OPENED_AT + timedelta(days=day) for day in days]
    assert story.recovered_at is None


@pytest.mark.parametrize("ours", OURS, ids=lambda each: each.key)
@pytest.mark.parametrize("decline", [STOLEN, CONFIRM, Decline("revocation_of_authorization", card_brand="amex")])
def test_ours_never_tries_a_dead_card_nor_one_to_confirm(ours: Contestant, decline: Decline) -> None:
    assert play(failure(decline, truth=Truth.HOPELESS), ours, DRAWN).sent == ()


def test_ours_tries_for_lack_of_funds_in_the_customers_morning() -> None:
    story = play(failure(FUNDS), CONTESTANTS["standard"], DRAWN)

    assert story.sent
    assert {each.at.hour for each in story.sent} <= {4, 5}  # 06:00 in Berlin, in winter and in summer time
    assert all(each.at < OPENED_AT + timedelta(days=21) for each in story.sent)


def test_without_paydays_ours_tries_sooner() -> None:
    on_paydays, on_any_day = (
        play(failure(FUNDS), CONTESTANTS[key], DRAWN) for key in ("standard_paydays", "standard")
    )

    assert on_any_day.sent[0].at < on_paydays.sent[0].at
    assert len(on_any_day.sent) > len(on_paydays.sent)


@pytest.mark.parametrize("contestant", CONTESTANTS.values(), ids=lambda each: each.key)
def test_the_first_try_while_the_card_works_recovers_and_is_the_last(contestant: Contestant) -> None:
    story = play(failure(FUNDS, payable=payable_after(hours=1)), contestant, DRAWN)

    assert [each.is_paid for each in story.sent] == [True]
    assert story.recovered_at == story.sent[0].at


@pytest.mark.parametrize("contestant", CONTESTANTS.values(), ids=lambda each: each.key)
def test_a_customer_who_acts_on_the_first_mail_ends_the_case(contestant: Contestant) -> None:
    met = failure(CONFIRM, truth=Truth.UNCONFIRMED, chance=1.0, reactions=AT_ONCE)

    story = play(met, contestant, DRAWN)

    assert story.recovered_at == OPENED_AT + timedelta(days=2)
    assert story.is_paid_by_customer


@pytest.mark.parametrize(("luck", "is_paid"), [(0.39, True), (0.41, False)])
def test_the_last_notice_is_worth_what_a_second_mail_is(luck: float, is_paid: bool) -> None:
    reactions = (
        Reaction(1.0, timedelta(days=1)),
        Reaction(luck, timedelta(days=1)),
        Reaction(0.0, timedelta(days=1)),
    )
    met = failure(CONFIRM, truth=Truth.UNCONFIRMED, chance=0.8, reactions=reactions)

    story = play(met, CONTESTANTS["standard"], DRAWN)

    assert story.recovered_at == (OPENED_AT + timedelta(days=19) if is_paid else None)


@pytest.mark.parametrize(("key", "is_paid"), [("standard", True), ("standard_vague", False), ("fixed_3", False)])
def test_a_vague_mail_moves_fewer_to_act(key: str, is_paid: bool) -> None:
    met = failure(CONFIRM, truth=Truth.UNCONFIRMED, chance=0.5, reactions=AT_ONCE)

    story = play(met, CONTESTANTS[key], DRAWN)

    assert (story.recovered_at is not None) is is_paid


@pytest.mark.parametrize("contestant", CONTESTANTS.values(), ids=lambda each: each.key)
def test_a_customer_who_acts_and_fails_does_not_act_again(contestant: Contestant) -> None:
    met = failure(CONFIRM, truth=Truth.UNCONFIRMED, chance=100.0, reactions=AT_ONCE, pays=False)

    assert play(met, contestant, DRAWN).recovered_at is None


def test_ours_tries_at_once_when_new_data_of_the_card_arrive() -> None:
    renewed_at = OPENED_AT + timedelta(days=4)
    met = failure(
        Decline("expired_card", card_brand="visa", network_decline_code="54"),
        truth=Truth.EXPIRED,
        renewed_at=renewed_at,
        payable=((renewed_at, renewed_at + timedelta(days=60)),),
    )

    ours, plain = (play(met, CONTESTANTS[key], DRAWN) for key in ("standard", "fixed_3"))

    assert [(each.at, each.trigger) for each in ours.sent] == [(renewed_at, AttemptTrigger.CARD_UPDATED)]
    assert plain.recovered_at == OPENED_AT + timedelta(days=8)


def test_ours_may_not_recover_after_its_deadline_but_a_plain_schedule_may() -> None:
    met = failure(CONFIRM, truth=Truth.UNCONFIRMED, chance=1.0, reactions=(Reaction(0.1, timedelta(days=24)),))

    assert play(met, CONTESTANTS["standard"], DRAWN).recovered_at is None
    assert play(met, CONTESTANTS["fixed_3"], DRAWN).recovered_at == OPENED_AT + timedelta(days=24)


class Wavering:
    """Takes its first try back at the last look, and makes it a day later."""

    key = label = "wavering"
    digest = ""
    last_notice = None
    minds_renewals = False
    ends_at = OPENED_AT + timedelta(days=9)

    def open(self, failure: Failure) -> Pursuit:
        return self

    def follow(self, declined_at: datetime) -> Plan:
        return Plan(OPENED_AT + timedelta(days=1)) if declined_at == OPENED_AT else Plan(None)

    def refusal(self, at: datetime, *, trigger: AttemptTrigger) -> str:
        return "wait" if at == OPENED_AT + timedelta(days=1) else ""

    def replan(self, now: datetime) -> datetime | None:
        return now + timedelta(days=1)

    def note_try(self, at: datetime, *, trigger: AttemptTrigger) -> None:
        pass


def test_a_try_that_the_last_look_refuses_is_not_sent_but_planned_anew() -> None:
    story = play(failure(FUNDS), Wavering(), DRAWN)

    assert [each.at for each in story.sent] == [OPENED_AT + timedelta(days=2)]
