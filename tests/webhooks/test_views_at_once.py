"""The same event from many deliveries at the same moment, over real connections to a real server."""

import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.webhooks.deliveries import ADDRESS, event_body, signature
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


def post_at_once(url: str, bodies: list[bytes]) -> list[int]:
    """The statuses of one delivery a body, all sent when the last one is ready."""
    barrier = threading.Barrier(len(bodies))

    def post(body: bytes) -> int:
        request = urllib.request.Request(
            url, data=body, headers={"Stripe-Signature": signature(body), "Content-Type": "application/json"}
        )
        barrier.wait(timeout=20)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def test_an_event_sent_ten_times_at_once_makes_one_row(live_server: Any) -> None:
    body = event_body("evt_ten_times")

    statuses = post_at_once(f"{live_server.url}{ADDRESS}", [body] * 10)

    assert statuses == [200] * 10
    assert InboxEvent.objects.count() == 1


def test_different_events_at_once_are_all_stored(live_server: Any) -> None:
    bodies = [event_body(f"evt_{number}") for number in range(10)]

    statuses = post_at_once(f"{live_server.url}{ADDRESS}", bodies)

    assert statuses == [200] * 10
    assert InboxEvent.objects.count() == 10
