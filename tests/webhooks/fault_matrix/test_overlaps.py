"""Deliveries that overlap, pile up, come again after the end, or come while old ones are forgotten."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Organization
from billing.gateway.client import client
from billing.models import ChargeAttempt, Customer, Invoice, PaymentMethod, Price, Subscription
from tests.billing.shop import Shop
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import ADDRESS, event_body, post_at_once
from tests.webhooks.fault_matrix.load import Load, lost, post_once
from tests.webhooks.fault_matrix.programs import WebServer
from webhooks import retention
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = (Organization, Price, Subscription, Invoice, ChargeAttempt, PaymentMethod)


@pytest.fixture
def shop(quiet_sandbox: Sandbox) -> Shop:
    return Shop.open(quiet_sandbox)


def store(event_id: str, event_type: str, stripe_id: str, **fields: Any) -> InboxEvent:
    body = event_body(event_id, event_type, obj={"id": stripe_id})
    return InboxEvent.objects.create(
        **{"provider": "stripe", "endpoint": "stripe", "event_id": event_id, "type": event_type, "body": body}
        | fields
    )


def work_off() -> None:
    """As the worker and beat go on, until nothing waits."""
    ends_at = time.monotonic() + 60
    while InboxEvent.objects.filter(state__in=["new", "dispatched"]).exists():
        assert time.monotonic() < ends_at, list(InboxEvent.objects.values_list("event_id", "state", "error"))
        process_inbox()
        time.sleep(0.05)


def in_thread() -> None:
    try:
        process_inbox()
    finally:
        connection.close()


@pytest.mark.fault("X3", "D1")
def test_fifty_copies_at_once_are_one_row(standing_web: WebServer) -> None:
    statuses = post_at_once(f"http://127.0.0.1:{standing_web.port}{ADDRESS}", [event_body("evt_fifty_times")] * 50)

    assert statuses == [200] * 50
    assert InboxEvent.objects.count() == 1


@pytest.mark.fault("X14", "W7", "W9", "D4")
@pytest.mark.parametrize("attempt", range(3))
def test_two_overlapping_deliveries_end_in_what_stripe_says_though_the_first_fetch_is_slow(
    shop: Shop, attempt: int
) -> None:
    subscription = shop.subscribe()
    stripe_id = subscription.stripe_subscription_id
    shop.sandbox.fault(
        "latency", seconds=1.5, times=1, match={"method": "GET", "path": f"/v1/subscriptions/{stripe_id}"}
    )
    store("evt_1", "customer.subscription.updated", stripe_id)
    first = threading.Thread(target=in_thread)
    first.start()
    time.sleep(0.5)

    client().v1.subscriptions.cancel(stripe_id)
    store("evt_2", "customer.subscription.deleted", stripe_id)
    process_inbox()
    first.join(timeout=30)
    work_off()

    subscription.refresh_from_db()
    assert subscription.status == client().v1.subscriptions.retrieve(stripe_id)["status"] == "canceled"
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.fault("X15", "D3", "D5")
def test_a_thousand_events_of_one_object_are_one_fetch(quiet_sandbox: Sandbox) -> None:
    product = client().v1.products.create(params={"name": "Product"})
    InboxEvent.objects.bulk_create(
        InboxEvent(
            provider="stripe",
            endpoint="stripe",
            event_id=f"evt_{number}",
            type="product.updated",
            body=event_body(f"evt_{number}", "product.updated", obj={"id": product["id"]}),
        )
        for number in range(1000)
    )

    work_off()

    path = f"/v1/products/{product['id']}"
    fetches = [call for call in quiet_sandbox.requests(limit=500)["data"] if call["path"] == path]
    assert len(fetches) == 1
    assert InboxEvent.objects.filter(state="done").count() == 1000


@pytest.mark.fault("X35", "X29", "W12")
def test_deletions_that_come_again_leave_our_rows_where_they_are(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer_id = subscription.stripe_customer_id
    before = [model.objects.count() for model in KEPT]
    client().v1.customers.delete(customer_id)

    for number in range(2):
        store(f"evt_{number}", "customer.deleted", customer_id)
        store(f"evt_product_{number}", "product.deleted", "prod_gone")
        work_off()
    InboxEvent.objects.update(state="new")
    work_off()

    assert [model.objects.count() for model in KEPT] == before
    assert Customer.objects.get(stripe_customer_id=customer_id).is_deleted


@pytest.mark.fault("X33", "D10")
def test_forgetting_old_events_under_load_loses_no_delivery(standing_web: WebServer) -> None:
    now = timezone.now()
    for number in range(200):
        store(f"evt_old_{number}", "invoice.paid", "in_1", state="done", received_at=now - timedelta(days=100))
        store(f"evt_older_{number}", "invoice.paid", "in_1", state="done", received_at=now - timedelta(days=200))
    load = Load(standing_web.port, events=200, threads=4)

    while len(load.acked) < 150:
        retention.blank_bodies(now)
        retention.delete_keys(now)
    load.finish()
    copy = post_once(standing_web.port, event_body("evt_old_7", "invoice.paid"))

    stored = set(InboxEvent.objects.values_list("event_id", flat=True))
    assert lost(load.acked, lambda: stored) == set()
    assert copy[0] == 200
    assert InboxEvent.objects.get(event_id="evt_old_7").body is None
    assert not any(event_id.startswith("evt_older") for event_id in stored)


@pytest.mark.fault("X34", "D3")
def test_two_beats_at_once_count_nothing_twice(shop: Shop) -> None:
    subscription = shop.subscribe()
    for number in range(120):
        store(f"evt_{number}", "customer.subscription.updated", subscription.stripe_subscription_id)
    threads = [threading.Thread(target=in_thread) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    work_off()

    assert set(InboxEvent.objects.values_list("state", flat=True)) == {"done"}
    assert Subscription.objects.get().status == "active"
