"""Stripe slow, silent, refusing or gone: deliveries are taken as ever, work waits and nothing dies."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.gateway.client import client
from billing.models import Work
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import deliver, event_body
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

pytestmark = pytest.mark.django_db(transaction=True)

TROUBLES = {
    "too many requests": {"name": "http_429"},
    "a fault of theirs": {"name": "http_500_before"},
    "a broken connection": {"name": "connection_reset"},
    "no answer in time": {"name": "latency", "seconds": 12},
}


@pytest.mark.fault("X22", "W14", "D7")
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_work_waits_out_the_trouble_and_ends_done(
    quiet_sandbox: Sandbox, stranger: Client, settings, trouble: dict
) -> None:
    settings.STRIPE_TIMEOUT_SECONDS = 1
    client.cache_clear()
    product = client().v1.products.create(params={"name": "Product"})
    match = {"method": "GET", "path": f"/v1/products/{product['id']}"}
    quiet_sandbox.fault(**trouble, times=20, match=match)
    deliver(stranger, event_body("evt_1", "product.updated", obj={"id": product["id"]}))
    began_at = timezone.now()

    process_inbox()
    waiting = Work.objects.get(stripe_id=product["id"])
    state_then = InboxEvent.objects.get().state
    quiet_sandbox.ask("DELETE", "/_sandbox/faults")
    Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    process_inbox()

    assert (waiting.attempts, waiting.faults, waiting.dead_at) == (1, 0, None)
    assert waiting.run_at > began_at
    assert waiting.done < waiting.want
    assert state_then == "dispatched"
    assert InboxEvent.objects.get().state == "done"
    client.cache_clear()


@pytest.mark.fault("X22", "W8")
def test_deliveries_do_not_feel_a_stripe_that_does_not_answer(quiet_sandbox: Sandbox, stranger: Client) -> None:
    quiet_sandbox.fault("latency", seconds=3, times=10)

    began = time.monotonic()
    answer = deliver(stranger, event_body())

    assert answer.status_code == 200
    assert time.monotonic() - began < 1
