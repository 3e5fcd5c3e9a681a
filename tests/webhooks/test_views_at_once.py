"""The same event from many deliveries at the same moment, over real connections to a real server."""

from typing import Any

import pytest

from tests.webhooks.deliveries import ADDRESS, event_body, post_at_once
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.fault("X3")
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
