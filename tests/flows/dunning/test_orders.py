"""Whatever the order in which webhooks come, doubled or lost and found again, the cases come to the same (D12)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.models import DunningCase
from billing.terms import AttemptState
from tests.flows.convergence.database import Snapshot
from tests.flows.dunning.amount import is_full
from tests.flows.dunning.stage import DECLINED_NUMBER, GOOD_NUMBER, TO_THE_RENEWAL, Stage
from tests.flows.dunning.story import Story, next_moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(1800)]
_SEQUENCE = "pm_card_sandbox_sequence_"
_ORDERS = ("backwards", "mixed", "mixed again", "lost", "lost again") if is_full() else ("lost",)


def test_the_order_of_webhooks_does_not_matter(begin_story: Callable[..., Story]) -> None:
    nothing = Snapshot()
    expected = live_through(begin_story(subscribers=2), "in order")

    for order in _ORDERS:
        nothing.restore()
        found = live_through(begin_story(subscribers=2), order)
        assert found == expected, order


def live_through(story: Story, order: str) -> list[Any]:
    """Declines, tries on the hosted page, new cards good and bad, a payment elsewhere; what the cases came to."""
    stage = story.stage
    stage.chance = random.Random(order)
    poor, stolen = stage.subscribers
    stage.use_card(poor, f"{_SEQUENCE}insufficient_funds,do_not_honor,ok")
    stage.use_card(stolen, "pm_card_sandbox_stolen_card")
    stage.sandbox.advance(TO_THE_RENEWAL)
    hear(story, order)
    stage.pay_on_page(poor, DECLINED_NUMBER)
    stage.advance(timedelta(minutes=5))
    stage.use_card(stolen, f"{_SEQUENCE}insufficient_funds,do_not_honor")
    hear(story, order)
    _advance_to_the_next(stage)
    hear(story, order)
    stage.use_card(poor, "pm_card_sandbox_expired_card")
    stage.advance(timedelta(minutes=5))
    stage.pay_on_page(stolen, DECLINED_NUMBER)
    hear(story, order)
    _advance_to_the_next(stage)
    stage.pay_on_page(stolen, GOOD_NUMBER)
    hear(story, order)
    while story_goes_on := next_moment(stage.now):
        stage.advance(story_goes_on - stage.now)
        hear(story, order)
    return outcome()


def hear(story: Story, order: str) -> None:
    """The webhooks since the last step, in this order, and a round before and after the lost ones are found."""
    stage, chance = story.stage, story.chance
    news = stage.listener.news()
    lost = [event for event in news if "lost" in order and chance.random() < 0.5]
    told = [event for event in news if event not in lost] * (2 if order != "in order" else 1)
    if order == "backwards":
        told.reverse()
    elif order != "in order":
        chance.shuffle(told)
    stage.post(told)
    story.round()
    if lost:
        stage.unheard = lost
        stage.find_unheard()
    for _ in range(2):
        story.round()


def outcome() -> list[Any]:
    """Ids differ from playing to playing; the rest may not."""
    cases = DunningCase.objects.order_by("organization_id").prefetch_related("attempts")
    return [
        (
            *(
                case.state,
                case.end_reason,
                case.decline_class,
                case.decline_code,
                case.retries,
                case.retries_of_class,
            ),
            *map(hour, (case.opened_at, case.deadline_at, case.last_try_at, case.last_notice_at, case.ended_at)),
            [
                (each.trigger, each.state, each.decline_code, hour(each.planned_at), hour(each.sent_at))
                # One that was not sent is no try: whether it was planned at all hangs on when its reason was heard.
                for each in case.attempts.exclude(state=AttemptState.SKIPPED).order_by("seq")
            ],
        )
        for case in cases
    ]


def hour(at: datetime | None) -> str:
    """Some moments are Stripe's, in whole seconds, and some ours: each that counts here lies just after an hour."""
    return f"{at + timedelta(minutes=5):%m-%d %H h}" if at else ""


def _advance_to_the_next(stage: Stage) -> None:
    if upcoming := next_moment(stage.now):
        stage.advance(upcoming - stage.now)
