"""The same with real worker processes in place of threads, for some orders. Part of `make test-full`."""

from pathlib import Path

import pytest

from tests.flows.convergence import worker_processes
from tests.flows.convergence.amount import is_full
from tests.flows.convergence.outcome import hash_of
from tests.flows.convergence.playing import Played, Scenario
from tests.flows.convergence.scenarios_of_money import failed_renewal_with_recovery
from tests.flows.convergence.scenarios_of_subscriptions import checkout_burst
from tests.webhooks.deliveries import SECRET

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not is_full(), reason="part of make test-full"),
]
_SEEDS = (0, 1, 2, 6)


@pytest.mark.parametrize("scenario", [checkout_burst, failed_renewal_with_recovery], ids=lambda each: each.__name__)
def test_processes_come_to_the_outcome_of_threads(
    sandbox, live_server, settings, quick_commits, tmp_path: Path, scenario: Scenario
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    played = Played(scenario, sandbox=sandbox, url=live_server.url)
    expected = played.calm()

    with worker_processes.at_work(tmp_path / "workers.log"):
        found = {seed: played.run_with(worker_processes.finish, seed=seed) for seed in _SEEDS}

    assert {seed: hash_of(lines) for seed, lines in found.items()} == dict.fromkeys(_SEEDS, hash_of(expected))
