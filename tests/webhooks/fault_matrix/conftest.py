"""Starts processes of the product for one test, and ends them with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox_fixture import Sandbox
from tests.webhooks.fault_matrix.programs import Program, WebServer


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`run("web")` or `run("worker")`, with environment variables as keywords."""
    started: list[Program] = []

    def start(line: str, **settings: str) -> Program:
        started.append(
            WebServer(folder=tmp_path, **settings) if line == "web" else Program(line, folder=tmp_path, **settings)
        )
        started[-1].start()
        return started[-1]

    yield start
    for program in started:
        program.kill()


@pytest.fixture
def quiet_sandbox(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox that delivers nothing by itself, so that the inbox holds what a test put there."""
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield sandbox
    sandbox.reset()
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


@pytest.fixture(scope="module")
def standing_web(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[WebServer]:
    """One web server for all tests of a file, which kill nothing."""
    server = WebServer(folder=tmp_path_factory.mktemp("web"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def web(run: Callable[..., WebServer]) -> WebServer:
    return run("web")
