"""The command line: `python -m tests.live_contract [--sandbox]`; the key comes from STRIPE_TEST_KEY."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import stripe

from tests.conformance.client import API_VERSION, running_sandbox
from tests.live_contract.flows import FLOWS
from tests.live_contract.stage import run


def main() -> int:
    """Run every flow and say how it ended; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.live_contract", description=__doc__)
    parser.add_argument("--sandbox", action="store_true", help="against a sandbox of its own, without a key")
    if parser.parse_args().sandbox:
        with tempfile.TemporaryDirectory() as folder, running_sandbox(Path(folder)) as port:
            address = {"api": f"http://127.0.0.1:{port}"}
            return _all(
                stripe.StripeClient("sk_test_contract", base_addresses=address, stripe_version=API_VERSION).v1
            )
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key:
        print("live contract not run: STRIPE_TEST_KEY is not set")
        return 0
    if not key.startswith(("sk_test_", "rk_test_")):
        print("live contract not run: STRIPE_TEST_KEY is no test key")
        return 1
    return _all(stripe.StripeClient(key, stripe_version=API_VERSION).v1)


def _all(sdk: Any) -> int:
    failed = 0
    for flow in FLOWS:
        words = flow.__name__.replace("_", " ")
        try:
            run(sdk, flow)
        except (AssertionError, stripe.StripeError) as error:
            failed += 1
            print(f"failed: {words}: {error}")
        else:
            print(f"holds:  {words}")
    print(f"live contract: {len(FLOWS) - failed} of {len(FLOWS)} flows hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
