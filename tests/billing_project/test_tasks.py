"""The two tasks of the machinery: the proof of a start, and the local broker's rubbish."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from billing_project.models import StartMark
from billing_project.tasks import clear_read_messages, mark_start


@pytest.mark.django_db
def test_the_newest_start_is_marked_in_one_row(settings: Any) -> None:
    settings.START_TOKEN = "first"
    mark_start("first")
    settings.START_TOKEN = "second"

    mark_start("second")
    mark_start("second")

    assert [mark.token for mark in StartMark.objects.all()] == ["second"]


@pytest.mark.django_db
def test_a_worker_of_an_earlier_start_marks_nothing(settings: Any) -> None:
    settings.START_TOKEN = "earlier"

    mark_start("this")

    assert not StartMark.objects.exists()


def test_only_messages_that_were_read_are_deleted(settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    with closing(sqlite3.connect(tmp_path / "broker.sqlite3")) as broker, broker:
        broker.execute("CREATE TABLE kombu_message (id INTEGER PRIMARY KEY, visible BOOLEAN)")
        broker.execute("INSERT INTO kombu_message (id, visible) VALUES (1, 0), (2, 1), (3, 0)")

    clear_read_messages()

    with closing(sqlite3.connect(tmp_path / "broker.sqlite3")) as broker:
        assert broker.execute("SELECT id FROM kombu_message").fetchall() == [(2,)]


def test_a_broker_that_is_a_server_is_left_alone(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    clear_read_messages()
