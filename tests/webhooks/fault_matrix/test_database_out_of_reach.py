"""A database that cannot store: the provider hears "come again" within a second, and never a yes."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from tests.webhooks.deliveries import deliver, event_body
from tests.webhooks.fault_matrix.programs import database_url, free_port
from webhooks.models import InboxEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault("X20", "W3")]

NAME = "NAME"


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    if is_sqlite():
        with contextlib.closing(sqlite3.connect(connection.settings_dict[NAME], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(database_url()) as server:
            server.execute("LOCK TABLE webhooks_inboxevent IN ACCESS EXCLUSIVE MODE")
            yield
            server.rollback()


@contextmanager
def read_only() -> Iterator[None]:
    """As a replica, or a disk that the system has mounted so after a fault."""
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    yield
    connection.close()


@contextmanager
def full() -> Iterator[None]:
    """No further page for the file."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # So that no page of the file is free.
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    yield
    connection.close()


@contextmanager
def named(**changes: Any) -> Iterator[None]:
    """Connections that are made meanwhile are made to somewhere else."""
    before = {name: connection.settings_dict[name] for name in changes}
    connection.close()
    connection.settings_dict.update(changes)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def down() -> Iterator[None]:
    with named(**({NAME: "/nowhere/db.sqlite3"} if is_sqlite() else {"PORT": str(free_port())})):
        yield


@contextmanager
def crowded() -> Iterator[None]:
    """No connection is left for us."""
    with psycopg.connect(database_url(), autocommit=True) as server:
        server.execute("CREATE ROLE crowded_out LOGIN CONNECTION LIMIT 0")
        try:
            with named(USER="crowded_out"):
                yield
        finally:
            server.execute("DROP ROLE crowded_out")


# A file has no number of connections; a full disk under PostgreSQL needs a server of its own (test_database_killed).
CASES = [locked, read_only, down, crowded if os.environ["DATABASE_URL"].startswith("postgres") else full]


def seconds_until_refused(
    stranger: Client, body: bytes, *, case: Callable[[], contextlib.AbstractContextManager[None]]
) -> float:
    with case():
        began = time.monotonic()
        answer = deliver(stranger, body)
        seconds = time.monotonic() - began
    assert (answer.status_code, answer.content) == (503, b"")
    return seconds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_database_out_of_reach_is_answered_with_come_again_within_a_second(
    stranger: Client, case: Callable[[], contextlib.AbstractContextManager[None]]
) -> None:
    body = event_body("evt_1", obj={"id": "cus_1", "padding": "x" * 500_000})

    refused = [seconds_until_refused(stranger, body, case=case) for _ in range(3)]
    afterwards = deliver(stranger, body)

    assert min(refused) < 1  # A busy machine may be late once.
    assert afterwards.status_code == 200
    assert InboxEvent.objects.count() == 1


def test_other_statements_wait_for_the_database_as_long_as_ever(stranger: Client) -> None:
    with connection.cursor() as cursor:
        query = "PRAGMA busy_timeout" if is_sqlite() else "SHOW statement_timeout"
        before = cursor.execute(query).fetchone()
        deliver(stranger, event_body())

        assert cursor.execute(query).fetchone() == before
