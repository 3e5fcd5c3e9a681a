"""A running sandbox over HTTP for the whole session, emptied before each test, and a receiver of its webhooks."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from stripe_sandbox.application import build_application
from stripe_sandbox.sandbox import Sandbox
from tests.stripe_sandbox import receiver as receivers
from tests.stripe_sandbox.assumptions import MARKED
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Receiver

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        name = f"{item.path.name}::{getattr(item, 'originalname', item.name)}"
        if item.path.parent == FOLDER and name in MARKED:
            item.add_marker(pytest.mark.unverified_against_stripe)


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[Receiver]:
    receiver, server = receivers.start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running_driver(tmp_path_factory: pytest.TempPathFactory, running_receiver: Receiver) -> Iterator[Driver]:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    state: Path = tmp_path_factory.mktemp("sandbox") / "state.sqlite3"
    sandbox = Sandbox(
        state, base_url=url, endpoints=[(running_receiver.url, running_receiver.secret)], token="this-start"
    )
    sandbox.start()
    server = uvicorn.Server(uvicorn.Config(build_application(sandbox), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Driver(url, sandbox)
    server.should_exit = True
    thread.join(timeout=10)
    sandbox.stop()
    listener.close()


@pytest.fixture
def driver(running_driver: Driver, running_receiver: Receiver) -> Iterator[Driver]:
    """The sandbox, empty, its clock at system time."""
    running_driver.sandbox.reset()
    running_receiver.clear()
    yield running_driver
    running_driver.sandbox.faults.clear()
    running_driver.sandbox.courier.pause()


@pytest.fixture
def receiver(running_receiver: Receiver, driver: Driver) -> Receiver:
    """What gets the sandbox's webhooks; empty."""
    return running_receiver
