"""Gives a story an empty database, commits that wait for no disk, and a sandbox that delivers nothing by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.flows.convergence.database import Snapshot
from tests.flows.dunning.crashing import Crasher
from tests.flows.dunning.stage import Stage, moment
from tests.flows.dunning.story import Story, play_story
from tests.flows.dunning.witness import Witness
from tests.flows.dunning.worker import PURSUIT, Step, Workers
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import SECRET


@pytest.fixture
def quiet(sandbox: Sandbox, quick_commits: None, settings: Any) -> Iterator[Sandbox]:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    yield sandbox
    sandbox.ask("DELETE", "/_sandbox/faults")
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


@pytest.fixture
def tell_story(quiet: Sandbox, settings: Any) -> Callable[..., Story]:
    """Plays the story of a seed; each finds nothing of the one before."""
    nothing = Snapshot()

    def tell(seed: int, **more: Any) -> Story:
        nothing.restore()
        return play_story(seed, sandbox=quiet, settings=settings, **more)

    return tell


@pytest.fixture
def begin_story(quiet: Sandbox, settings: Any) -> Iterator[Callable[..., Story]]:
    """A stage with its subscribers, before anything has happened; nobody dies, and one worker works."""
    with Witness(quiet.url).between(settings) as witness:

        def begin(steps: tuple[Step, ...] = PURSUIT, *, seed: int = 0, subscribers: int = 1) -> Story:
            stage = Stage.open(quiet, seed=seed, begins_at=moment(2027, 6, 1), zones=["UTC"] * subscribers)
            return Story(stage, Workers(Crasher(), steps), witness, most_deaths=0)

        yield begin
