"""The message that a stored event sends through the real broker."""

import time
from queue import Empty
from typing import Any

import pytest
from django.test import Client
from kombu.simple import SimpleQueue

from billing_project.broker import prepare_broker
from billing_project.celery import app
from tests.webhooks.deliveries import deliver, event_body


def next_message(queue: SimpleQueue) -> Any:
    message = queue.get(timeout=10)
    message.ack()
    return message


def drain(queue: SimpleQueue) -> int:
    """Take what else waits and return how much it was: Redis does not know how long a queue is that is empty."""
    taken = 0
    while True:
        try:
            queue.get(block=False).ack()
        except Empty:
            return taken
        taken += 1


@pytest.mark.django_db(transaction=True)
def test_a_stored_event_sends_a_wake_up_that_expires(stranger: Client) -> None:
    prepare_broker()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        queue.clear()

        deliver(stranger, event_body())
        message = next_message(queue)
        queue.close()

    assert message.headers["task"] == "webhooks.tasks.process_inbox"
    assert message.headers["expires"] is not None


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_events_sends_few_wake_ups(stranger: Client) -> None:
    prepare_broker()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        queue.clear()
        started_at = time.monotonic()

        for number in range(30):
            deliver(stranger, event_body(f"evt_{number}"))
        next_message(queue)
        passed_seconds = time.monotonic() - started_at
        waiting = drain(queue)
        queue.close()

    assert waiting <= 1 + passed_seconds
