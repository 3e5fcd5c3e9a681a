"""The whole product as `make run` starts it, on ports and in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.running import Running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Running]]:
    """Starts the product; a second call starts it again on the same data, as after a crash."""
    started: list[Running] = []

    def run() -> Running:
        started.append(Running.start(tmp_path / "data"))
        return started[-1]

    yield run
    for running in started:
        running.stop()
