"""The servers of a full run: there while it runs, gone after it, and one line where they are not installed."""

import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.servers.__main__ import missing_line
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import os, sys, psycopg, redis
database, broker = os.environ["DATABASE_URL"], os.environ["CELERY_BROKER_URL"]
with psycopg.connect(database) as connection:
    print(connection.execute("SHOW data_directory").fetchone()[0], connection.execute("SHOW fsync").fetchone()[0])
print(redis.Redis.from_url(broker).ping())
print(database, broker, flush=True)
sys.exit(7)
"""


@pytest.fixture(scope="module")
def _installed() -> None:
    absent = [kind for kind in (PostgreSQL, RedisServer) if kind.programs() is None]
    if absent:
        pytest.skip(missing_line(absent))


def full_run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.servers", *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables or None, capture_output=True, text=True, check=False)


def test_what_is_not_installed_is_named_in_one_line_with_its_packages(tmp_path: Path) -> None:
    result = full_run("true", PATH=str(tmp_path))

    lines = result.stderr.splitlines()
    assert (result.returncode, result.stdout, len(lines)) == (1, "", 1)
    assert lines[0].startswith("missing ")
    assert "Redis" in lines[0]
    assert "apt install " in lines[0]
    assert "redis-server" in lines[0]


def test_the_line_names_both_servers_where_both_are_missing() -> None:
    line = missing_line([PostgreSQL, RedisServer])

    assert line == "missing PostgreSQL and Redis: apt install postgresql redis-server"


@pytest.mark.usefixtures("_installed")
def test_the_command_finds_both_servers_and_nothing_is_left_after_it_failed() -> None:
    result = full_run(sys.executable, "-c", LOOK)

    assert result.returncode == 7, result.stderr
    data_folder, fsync, redis_answers, *addresses = result.stdout.split()
    assert (fsync, redis_answers) == ("on", "True")
    assert not Path(data_folder).exists()
    for address in addresses:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=5)


@pytest.mark.usefixtures("_installed")
def test_postgresql_comes_back_after_a_kill_with_what_was_committed() -> None:
    with PostgreSQL() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")

        server.kill()
        server.start()

        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
