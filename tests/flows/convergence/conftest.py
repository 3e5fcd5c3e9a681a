"""Runs one scenario in all orders, and gives the runs what they need around them."""

from collections.abc import Callable, Iterator
from difflib import unified_diff
from typing import Any

import pytest

from tests.flows.convergence.amount import seeds
from tests.flows.convergence.database import Snapshot
from tests.flows.convergence.live import run_live
from tests.flows.convergence.orders import Way, way_of
from tests.flows.convergence.outcome import added_effects, hash_of, without_effects
from tests.flows.convergence.playing import Played, Scenario
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import SECRET

_SECONDS_AN_ORDER = 30


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "converge" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(120 + _SECONDS_AN_ORDER * len(seeds())))


@pytest.fixture
def converge(
    sandbox: Sandbox, quick_commits: None, live_server: Any, settings: Any
) -> Iterator[Callable[[Scenario], None]]:
    """Runs one scenario in all orders and compares each outcome with the calm one."""
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    nothing = Snapshot()

    def run_all(scenario: Scenario) -> None:
        played = Played(scenario, sandbox=sandbox, url=live_server.url)
        expected = played.calm()
        live = [seed for seed in seeds() if way_of(seed) == Way.LIVE]
        # The live ones play the scenario anew, so that the first playing is gone.
        for seed in [seed for seed in seeds() if seed not in live]:
            _compare(expected, played.run(seed), seed=seed)
        for seed in live:
            nothing.restore()
            _compare(expected, run_live(scenario, seed, sandbox=sandbox, settings=settings), seed=seed)

    yield run_all
    sandbox.ask("DELETE", "/_sandbox/faults")
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def _compare(expected: list[str], found: list[str], *, seed: int) -> None:
    if way_of(seed) == Way.RECONCILED:
        assert added_effects(found, expected=expected) == [], f"CONVERGENCE_SEEDS={seed}"
        expected, found = without_effects(expected), without_effects(found)
    difference = "\n".join(unified_diff(expected, found, "calm", f"seed {seed}", n=0, lineterm=""))
    assert hash_of(found) == hash_of(expected), f"CONVERGENCE_SEEDS={seed} ({way_of(seed).name}):\n{difference}"
