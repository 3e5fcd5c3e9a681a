"""The web server is killed under load: what it said yes to is there, and what is sent again is there once."""

import time

import pytest
from django.utils import timezone

from tests.webhooks.fault_matrix.load import EVENTS, TIMEOUT_SECONDS, Load, lost
from tests.webhooks.fault_matrix.programs import WebServer
from webhooks import dispatch
from webhooks.models import InboxEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(TIMEOUT_SECONDS)]


def stored() -> set[str]:
    return set(InboxEvent.objects.values_list("event_id", flat=True))


@pytest.mark.fault("X17", "X3", "W3", "W6", "D1", "D12")
def test_nothing_acknowledged_is_lost_when_the_web_server_is_killed_and_the_next_beat_takes_it(
    web: WebServer,
) -> None:
    load = Load(web.port, events=EVENTS)

    for part in (4, 2):
        load.wait_for(EVENTS // part)
        web.kill()
        time.sleep(0.2)
        lost_by_the_kill = lost(load.acked, stored)
        taken = dispatch.dispatch_new(now=timezone.now(), batch_rows=20, batches=1)
        web.start()

        assert (lost_by_the_kill, taken) == (set(), 20)
    load.finish()

    assert len(load.acked) == EVENTS
    assert load.broken > 0
    assert InboxEvent.objects.count() == EVENTS
    assert stored() == load.acked
