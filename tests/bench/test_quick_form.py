"""The quick form of one measurement, from start to its line; what it says of speed is not judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.__main__ import missing_line
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_way_is_measured_and_leaves_no_copy_stale() -> None:
    if absent := [kind for kind in (PostgreSQL, RedisServer) if kind.programs() is None]:
        pytest.skip(missing_line(absent))

    result = subprocess.run(
        [sys.executable, "-m", "bench", "end_to_end"],
        cwd=ROOT,
        env={**os.environ, "BENCH_QUICK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    line = json.loads(result.stdout)
    assert (line["bench"], line["events"], line["stale"]) == ("webhook_end_to_end", 200, 0)
    assert line["fetches_per_event"] < 1
    assert line["load"] >= 0
