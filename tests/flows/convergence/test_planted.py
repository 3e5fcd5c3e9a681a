"""The few orders of `make test` are enough to catch each of three planted mistakes. Part of `make test-full`."""

import os
from pathlib import Path

import pytest

from tests.flows.convergence.amount import is_full
from tests.flows.convergence.planted import PLANTED, changed, plant, run_few_orders

_OURS = ("CONVERGENCE_", "BILLING_", "PYTEST_", "STRIPE_", "DJANGO_", "SITE_URL", "PORT", "SANDBOX_PORT")


@pytest.mark.parametrize("mistake", PLANTED)
def test_the_text_that_a_mistake_changes_is_in_the_code(mistake: str) -> None:
    assert all(change.new in changed(change) for change in PLANTED[mistake])


@pytest.mark.slow
@pytest.mark.timeout(1600)
@pytest.mark.skipif(not is_full(), reason="part of make test-full")
@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_caught(tmp_path: Path, mistake: str) -> None:
    copy = tmp_path / "copy"
    plant(mistake, copy=copy)
    # On files, whatever this run is on: two runs on one server would take each other's database.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment |= {"DATABASE_URL": "", "CELERY_BROKER_URL": ""}

    run = run_few_orders(copy, environment=environment)

    assert run.returncode == 1, run.stdout[-3000:]
    assert "converge(scenario)" in run.stdout
    assert "1 failed" in run.stdout, run.stdout[-3000:]
