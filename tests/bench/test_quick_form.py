"""The quick form of some measurements, from start to their lines; what they say of speed is not judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.__main__ import missing_line
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_way_is_measured_and_leaves_no_copy_stale() -> None:
    (line,) = measured("end_to_end")

    assert (line["bench"], line["events"], line["stale"]) == ("webhook_end_to_end", 200, 0)
    assert line["fetches_per_event"] < 1
    assert line["load"] >= 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_due_cases_are_claimed_and_the_sweep_is_measured_among_few_and_many() -> None:
    claim, sweep = measured("dunning")

    assert (claim["bench"], claim["due"], claim["cases"]) == ("dunning_claim", 400, 5000)
    assert claim["cases_per_second"] > 0
    assert (sweep["bench"], sweep["few"], sweep["cases"]) == ("dunning_sweep", 1000, 5000)
    assert sweep["ratio"] > 0


def measured(name: str) -> list[dict[str, Any]]:
    """The lines of one measurement in its quick form."""
    if absent := [kind for kind in (PostgreSQL, RedisServer) if kind.programs() is None]:
        pytest.skip(missing_line(absent))
    result = subprocess.run(
        [sys.executable, "-m", "bench", name],
        cwd=ROOT,
        env={**os.environ, "BENCH_QUICK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]
