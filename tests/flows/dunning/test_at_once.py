"""Two invoices that one card shall pay, and one try left on it: one of two workers takes it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from billing.models import DunningAttempt, DunningCase
from billing.services.claim_due_cases import claim_due_cases
from billing.services.make_attempts import make_attempts
from tests.flows.dunning.stage import TO_THE_RENEWAL, publish_policy
from tests.flows.dunning.story import Story

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
_MOST_ROUNDS = 5


def test_the_last_permitted_try_on_a_card_is_made_once(begin_story: Callable[..., Story]) -> None:
    publish_policy(max_24h=1)
    story = begin_story(subscribers=2)
    for subscriber in story.stage.subscribers:
        story.stage.use_card(subscriber, "pm_card_sandbox_insufficient_funds")
    story.stage.sandbox.advance(TO_THE_RENEWAL)
    story.stage.tell()
    due = DunningCase.objects.exclude(due_at=None).values_list("due_at", flat=True)
    for _ in range(_MOST_ROUNDS):
        story.round()
        if due.count() == 2:
            break
    story.stage.advance(max(due) + timedelta(minutes=1) - story.stage.now)
    claim_due_cases(story.stage.now)
    assert DunningAttempt.objects.filter(state="planned").count() == 2

    story.workers.steps = (make_attempts,)
    story.workers.run(2)

    assert len(story.witness.record.calls) == 1
    assert sorted(DunningAttempt.objects.values_list("state", "failure")) == [("declined", ""), ("skipped", "limit")]
    assert set(DunningCase.objects.values_list("state", flat=True)) == {"waiting"}
