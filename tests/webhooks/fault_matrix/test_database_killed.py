"""PostgreSQL is killed, restarted and filled up under load: what was acknowledged is there after it came back."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.servers.postgresql import PostgreSQL
from tests.webhooks.deliveries import event_body
from tests.webhooks.fault_matrix.load import EVENTS, TIMEOUT_SECONDS, Load, lost, post_once
from tests.webhooks.fault_matrix.programs import ROOT, WebServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(TIMEOUT_SECONDS),
    pytest.mark.skipif(
        not os.environ["DATABASE_URL"].startswith("postgres"), reason="SQLite has no server (fault matrix, rows.py)"
    ),
]


class CrampedPostgreSQL(PostgreSQL):
    """The system lets no file grow past 17 MiB (in blocks of 512 bytes): enough for its log, not for many events."""

    def _command(self) -> list[str]:
        return ["sh", "-c", 'ulimit -f 34816; exec "$@"', "sh", *super()._command()]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """A cluster of its own, which keeps what is committed, with the tables of the inbox."""
    with getattr(request, "param", PostgreSQL)(fsync=True) as started:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "webhooks", "--verbosity=0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": started.url},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield started


def stored_at(server: PostgreSQL) -> Callable[[], set[str]]:
    def stored() -> set[str]:
        with psycopg.connect(server.url) as connection:
            return {event_id for (event_id,) in connection.execute("SELECT event_id FROM webhooks_inboxevent")}

    return stored


@pytest.mark.django_db
@pytest.mark.fault("X21", "X20", "W3")
def test_nothing_that_was_acknowledged_is_lost_when_the_database_is_killed_and_restarted(
    server: PostgreSQL, run: Callable[..., WebServer]
) -> None:
    web = run("web", DATABASE_URL=server.url)
    stored = stored_at(server)
    load = Load(web.port, events=EVENTS)

    load.wait_for(EVENTS // 4)
    server.kill()
    status, seconds = post_once(web.port, event_body("evt_0"))
    acked_then = set(load.acked)
    server.start()
    lost_by_the_kill = lost(acked_then, stored)
    load.wait_for(EVENTS // 2)
    server.stop()
    server.start()
    load.finish()

    assert (status, lost_by_the_kill) == (503, set())
    assert min(seconds, load.shortest_503_seconds) < 1
    assert stored() == load.acked
    assert len(load.acked) == EVENTS


@pytest.mark.django_db
@pytest.mark.fault("X20")
@pytest.mark.parametrize("server", [CrampedPostgreSQL], indirect=True)
def test_a_full_disk_is_answered_with_come_again_until_there_is_room(
    server: PostgreSQL, run: Callable[..., WebServer]
) -> None:
    web = run("web", DATABASE_URL=server.url)
    answers: list[tuple[str, int, float]] = []

    for number in range(40):
        padding = os.urandom(490_000).hex()
        body = event_body(f"evt_{number}", obj={"id": "cus_1", "padding": padding})
        answers.append((f"evt_{number}", *post_once(web.port, body)))

    acked = {event_id for event_id, status, _ in answers if status == 200}
    refused = [seconds for _, status, seconds in answers if status == 503]
    assert {status for _, status, _ in answers} == {200, 503}
    assert min(refused) < 1
    assert stored_at(server)() == acked
