"""The flows that a real account is asked hold for the sandbox too."""

import pytest

from tests.live_contract.flows import FLOWS, run
from tests.stripe_sandbox.driver import Driver


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_the_sandbox_keeps_the_contract(driver: Driver, flow) -> None:
    run(driver.sdk(), flow)
