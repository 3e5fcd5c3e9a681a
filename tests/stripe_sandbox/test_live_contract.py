"""The flows that a real account is asked hold for the sandbox too; without a test key nothing is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live_contract.flows import FLOWS
from tests.live_contract.stage import run
from tests.stripe_sandbox.driver import Driver

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_the_sandbox_keeps_the_contract(driver: Driver, flow) -> None:
    run(driver.sdk(), flow)


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [("", 0, "STRIPE_TEST_KEY is not set"), ("sk_live_never", 1, "STRIPE_TEST_KEY is no test key")],
)
def test_contract_is_not_run_without_a_test_key(key: str, status: int, reason: str) -> None:
    environment = {**os.environ, "STRIPE_TEST_KEY": key}
    command = [sys.executable, "-m", "tests.live_contract"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (status, f"live contract not run: {reason}")
