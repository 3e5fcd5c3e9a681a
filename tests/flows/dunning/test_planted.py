"""Each of five mistakes that engines like this one are known for is caught; the product itself passes the same."""

from collections.abc import Callable
from datetime import timedelta
from operator import attrgetter

import pytest

from tests.flows.dunning.amount import is_full
from tests.flows.dunning.planted import PLANTED, Planted
from tests.flows.dunning.stage import GOOD_NUMBER, TO_THE_RENEWAL
from tests.flows.dunning.story import Story, next_moment
from tests.flows.dunning.worker import PURSUIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
_POOR = "pm_card_sandbox_insufficient_funds"


@pytest.mark.parametrize("planted", PLANTED, ids=attrgetter("name"))
def test_a_planted_mistake_is_caught(begin_story: Callable[..., Story], planted: Planted) -> None:
    story = begin_story(planted.build())

    with pytest.raises(AssertionError) as caught:
        live_through(story, planted.trouble)

    assert planted.caught in str(caught.value)


@pytest.mark.skipif(not is_full(), reason="part of make test-full")
@pytest.mark.parametrize("trouble", sorted({planted.trouble for planted in PLANTED}))
def test_the_product_itself_passes(begin_story: Callable[..., Story], trouble: str) -> None:
    live_through(begin_story(PURSUIT), trouble)


def live_through(story: Story, trouble: str) -> None:
    """A renewal fails, and the trouble comes at its first try."""
    stage, subscriber = story.stage, story.stage.subscribers[0]
    stage.use_card(subscriber, _POOR)
    stage.sandbox.advance(TO_THE_RENEWAL)
    stage.tell()
    story.round()
    if "lost answer" in trouble:
        stage.spoil("timeout_after_commit", subscriber, times=2)
    upcoming = next_moment(stage.now)
    assert upcoming is not None
    stage.advance(upcoming - stage.now)
    if trouble == "paid elsewhere":
        stage.pay_on_page(subscriber, GOOD_NUMBER)
        stage.listener.news()
    story.round()
    if "sleep" in trouble:
        stage.sleep(30)
        stage.advance(timedelta(hours=30))
    story.round()
