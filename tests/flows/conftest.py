"""The whole product as `make run` starts it, on ports and in a folder of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.signals import connection_created

from tests.flows.running import Running

_TIMEOUT_WITH_MIGRATIONS = 480


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL whichever test is the first to start a product also waits for the migrations."""
    for item in items:
        if "start" in getattr(item, "fixturenames", ()) and os.environ["DATABASE_URL"].startswith("postgres"):
            item.add_marker(pytest.mark.timeout(_TIMEOUT_WITH_MIGRATIONS))


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
    if started:
        started[-1].storage.remove()


@pytest.fixture
def quick_commits(transactional_db: None) -> Iterator[None]:
    """No power fails in these runs: SQLite need not wait for the disk at each of their many thousand commits."""

    def relax(connection: Any, **kwargs: Any) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")

    connection_created.connect(relax)
    connections["default"].close()
    yield
    connection_created.disconnect(relax)
    connections["default"].close()
