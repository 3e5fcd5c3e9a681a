"""The referee finds planted violations of each kind, and nothing where there is nothing."""

from datetime import timedelta

import pytest

from billing.lab.causes import Truth
from billing.lab.play import Sent
from billing.lab.referee import Violations, count_violations, is_known_in_vain
from billing.rules.dunning.facts import Decline, Try
from billing.terms import AttemptTrigger
from tests.billing.lab.cases import CONFIRM, FUNDS, OPENED_AT, STOLEN, failure


def sent(**after: float) -> Sent:
    return Sent(OPENED_AT + timedelta(**after), AttemptTrigger.SCHEDULE, is_paid=False)


def other_tries(count: int, *, amount_minor: int = 4900) -> tuple[Try, ...]:
    return tuple(Try(OPENED_AT - timedelta(days=10, hours=hour), amount_minor, "eur") for hour in range(count, 0, -1))


@pytest.mark.parametrize(
    "decline",
    [
        STOLEN,
        Decline("stolen_card", card_brand="amex"),
        Decline("stop_payment_order", card_brand="amex"),
        Decline("rule", card_brand="amex"),
        Decline("do_not_honor", card_brand="visa", network_decline_code="R1"),
        Decline("insufficient_funds", card_brand="visa", network_decline_code="14"),
        Decline("do_not_honor", card_brand="mastercard", network_advice_code="03"),
        Decline("generic_decline", card_brand="amex", advice_code="do_not_try_again"),
    ],
)
def test_each_try_on_a_card_that_must_not_be_tried_again_is_counted(decline: Decline) -> None:
    assert count_violations(failure(decline), [sent(days=3), sent(days=8)]) == Violations(blocked=2)
    assert is_known_in_vain(failure(decline), OPENED_AT + timedelta(days=3))


@pytest.mark.parametrize(
    ("advice", "hours"), [("02", 72), ("24", 1), ("25", 24), ("27", 96), ("29", 192), ("30", 240)]
)
def test_a_try_before_the_networks_wait_is_over_is_counted(advice: str, hours: int) -> None:
    met = failure(Decline("insufficient_funds", card_brand="mastercard", network_advice_code=advice))

    too_early = count_violations(met, [sent(hours=hours, seconds=-1)])
    in_time = count_violations(met, [sent(hours=hours), sent(hours=2 * hours)])
    second_too_early = count_violations(met, [sent(hours=hours), sent(hours=2 * hours, seconds=-1)])

    assert (too_early, in_time, second_too_early) == (Violations(early=1), Violations(), Violations(early=1))


def test_a_wait_that_only_we_judge_right_is_no_rule_of_the_network() -> None:
    assert count_violations(failure(FUNDS), [sent(hours=1)]) == Violations()


@pytest.mark.parametrize(("others", "over"), [(17, 0), (18, 1), (19, 2)])
def test_tries_above_visas_ceiling_in_30_days_are_counted(others: int, over: int) -> None:
    met = failure(FUNDS, earlier=other_tries(others))

    found = count_violations(met, [sent(days=2), sent(days=4)])

    assert found == Violations(over_ceiling=over)


def test_a_try_leaves_the_window_after_30_days() -> None:
    met = failure(FUNDS, earlier=other_tries(20))

    assert count_violations(met, [sent(days=22)]) == Violations()


def test_a_try_counts_for_30_days_and_not_a_moment_longer() -> None:
    oldest = Try(OPENED_AT - timedelta(days=15), 4900, "eur")
    met = failure(FUNDS, earlier=(oldest, *other_tries(18)))

    assert count_violations(met, [sent(days=15)]) == Violations()
    assert count_violations(met, [sent(days=15, seconds=-1)]) == Violations(over_ceiling=1)


def test_mastercards_ceilings_count_a_day_and_the_same_sum() -> None:
    card = Decline("insufficient_funds", card_brand="mastercard")
    in_a_day = [sent(hours=1 + number) for number in range(11)]

    assert count_violations(failure(card), in_a_day) == Violations(over_ceiling=2)
    assert count_violations(failure(card, earlier=other_tries(35)), [sent(days=5)]) == Violations()
    same_sum = other_tries(35, amount_minor=2900)
    assert count_violations(failure(card, earlier=same_sum), [sent(days=5)]) == Violations(over_ceiling=1)


def test_what_was_said_of_the_old_data_does_not_hold_for_the_new_ones() -> None:
    met = failure(STOLEN, truth=Truth.EXPIRED, renewed_at=OPENED_AT + timedelta(days=3))

    assert count_violations(met, [sent(days=2), sent(days=3)]) == Violations(blocked=1)


@pytest.mark.parametrize(
    ("decline", "is_vain"),
    [
        (STOLEN, True),
        (CONFIRM, True),
        (FUNDS, False),
        (Decline("do_not_honor", card_brand="amex"), False),
        (Decline("a_code_of_tomorrow", card_brand="visa"), False),
    ],
)
def test_it_is_known_from_the_codes_alone_whether_a_try_is_in_vain(decline: Decline, is_vain: bool) -> None:
    assert is_known_in_vain(failure(decline, truth=Truth.HOPELESS), OPENED_AT) is is_vain
