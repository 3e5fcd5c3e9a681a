"""The targets that the README names."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_each_target_with_its_purpose() -> None:
    result = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)

    purposes = dict(line.removeprefix("make ").split(maxsplit=1) for line in result.stdout.splitlines())
    assert {"run", "test", "test-full", "check", "lock", "travel", "clean-data"} <= set(purposes)
    assert all(purposes.values())
