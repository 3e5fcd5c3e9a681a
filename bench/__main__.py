"""`python -m bench [figure …]`: all measurements, or those named; one JSON line a figure (bench/README.md)."""

import argparse
import os
import sys

from bench import ack, admin_lists, api, dunning, end_to_end, entitlements, memory, sandbox
from tests.servers.__main__ import missing_line
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer

MEASUREMENTS = {
    "ack": ack.main,
    "end_to_end": end_to_end.main,
    "memory": memory.main,
    "sandbox": sandbox.measure,
    "dunning": dunning.measure,
    "entitlements": entitlements.measure,
    "admin_lists": admin_lists.measure,
    "api": api.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASUREMENTS, []], metavar="|".join(MEASUREMENTS))
    names = parser.parse_args().names or list(MEASUREMENTS)
    absent = [kind for kind in (PostgreSQL, RedisServer) if kind.programs() is None]
    if absent:
        print(missing_line(absent), file=sys.stderr)
        return 1
    for name in names:
        MEASUREMENTS[name](is_quick=os.environ.get("BENCH_QUICK") == "1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
