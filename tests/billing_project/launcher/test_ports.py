"""Whether a port is taken, and by whom."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from billing_project.launcher import ports


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_that_somebody_listens_on_is_taken_until_it_is_given_back(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert ports.is_taken(port)

    listener.close()

    assert not ports.is_taken(port)


def test_a_port_whose_holder_is_just_ending_is_waited_for(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    ending = threading.Timer(0.3, listener.close)
    ending.start()

    is_free = ports.becomes_free(port, within_seconds=5)

    ending.join()
    assert is_free


def test_a_port_that_stays_taken_is_given_up(listener: socket.socket) -> None:
    assert not ports.becomes_free(listener.getsockname()[1], within_seconds=0.2)


def test_the_holder_is_named_by_pid_and_command(listener: socket.socket) -> None:
    named = ports.holder(listener.getsockname()[1])

    assert named == f"pid {os.getpid()} ({ports.command(os.getpid())})"
    assert "python" in named


def test_a_process_is_told_from_a_later_one_with_its_pid() -> None:
    assert ports.started_at(os.getpid()) not in (None, ports.started_at(os.getppid()))


def test_a_process_that_has_ended_has_no_start() -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)

    assert ports.started_at(child) is None
