"""The web server is killed under load: what it said yes to is there, and what is sent again is there once."""

import os
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from billing.models import Work
from tests.webhooks.deliveries import event_body
from tests.webhooks.fault_matrix.load import Load, lost, post_once
from tests.webhooks.fault_matrix.programs import WebServer
from webhooks import dispatch
from webhooks.models import InboxEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVENTS = int(os.environ.get("FAULT_MATRIX_EVENTS", "1000"))


def stored() -> set[str]:
    return set(InboxEvent.objects.values_list("event_id", flat=True))


@pytest.mark.fault("X17", "W3", "D1", "D12")
def test_nothing_that_was_acknowledged_is_lost_when_the_web_server_is_killed(web: WebServer) -> None:
    load = Load(web.port, events=EVENTS)

    for part in (4, 2):
        load.wait_for(EVENTS // part)
        web.kill()
        time.sleep(0.2)
        acked_then = set(load.acked)
        assert lost(acked_then, stored) == set()
        web.start()
    load.finish()

    assert len(load.acked) == EVENTS
    assert load.broken > 0
    assert InboxEvent.objects.count() == EVENTS
    assert stored() == load.acked


@pytest.mark.fault("X17", "W6")
def test_an_event_whose_server_died_before_waking_anybody_is_taken_by_the_next_beat(web: WebServer) -> None:
    status, _ = post_once(web.port, event_body("evt_before_the_wake_up"))
    web.kill()

    taken = dispatch.dispatch_new(now=timezone.now())

    assert (status, taken) == (200, 1)
    assert Work.objects.get().want == 1


@pytest.mark.fault("X17", "X3")
def test_a_delivery_that_was_stored_but_not_answered_is_one_row_when_it_comes_again(
    run: Callable[..., WebServer],
) -> None:
    web = run("web")
    body = event_body("evt_twice")
    post_once(web.port, body)
    web.kill()

    web.start()
    status, _ = post_once(web.port, body)

    assert status == 200
    assert InboxEvent.objects.count() == 1
