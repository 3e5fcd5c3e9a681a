"""Events that come ten times at once, backwards or mixed leave one effect and the state that Stripe has."""

import json
import random
import urllib.request
from collections.abc import Iterator

import pytest
from django.conf import settings

from billing.gateway.client import client as stripe_client
from billing.models import (
    CaseEvent,
    ChargeAttempt,
    CheckoutIntent,
    DunningCase,
    Invoice,
    Notice,
    StaffTask,
    Subscription,
    Transition,
)
from billing.selectors.access import access_for
from tests.billing.shop import Shop
from tests.webhooks.deliveries import post_at_once
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    """The sandbox keeps its webhooks to itself: the tests deliver them in their own way."""
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def events_of(shop: Shop) -> list[bytes]:
    """All events of the sandbox as it would send them, the oldest first."""
    request = urllib.request.Request(
        f"{shop.sandbox.url}/v1/events?limit=100", headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        page = json.load(answer)
    assert not page["has_more"]
    return [json.dumps(event).encode() for event in page["data"]][::-1]


def work_off(shop: Shop) -> None:
    while InboxEvent.objects.filter(state__in=["new", "dispatched"]).exists():
        process_inbox()
        shop.work_off()


def test_every_event_ten_times_at_once_leaves_one_effect(shop: Shop, live_server) -> None:
    shop.pay(shop.start(shop.scale))
    events = events_of(shop)

    for event in events:
        assert post_at_once(f"{live_server.url}/webhooks/stripe/", [event] * 10) == [200] * 10
    work_off(shop)

    assert InboxEvent.objects.count() == len(events)
    assert Subscription.objects.get().status == "active"
    assert CheckoutIntent.objects.get().state == "complete"
    assert access_for(shop.organization, shop.now).plan_code == "scale"
    assert Notice.objects.filter(kind="subscription_started").count() == 1
    assert ChargeAttempt.objects.count() == 1
    assert Transition.objects.filter(kind="subscription", to_state="active").count() == 1


@pytest.mark.parametrize("order", ["backwards", "mixed"])
def test_the_order_of_events_does_not_matter(shop: Shop, live_server, order: str) -> None:
    shop.pay(shop.start(shop.growth), number="4000 0000 0000 0341")
    shop.advance("P18D")
    events = events_of(shop)
    if order == "backwards":
        events.reverse()
    else:
        random.Random(7).shuffle(events)

    for event in events:
        post_at_once(f"{live_server.url}/webhooks/stripe/", [event])
        if order == "mixed":
            process_inbox()
    work_off(shop)

    at_stripe = stripe_client().v1.subscriptions.list()["data"][0]
    assert Subscription.objects.get().status == at_stripe["status"] == "past_due"
    assert Invoice.objects.get(status="open").attempt_count == 1
    assert DunningCase.objects.get().state == "waiting"
    assert CaseEvent.objects.filter(kind="declined").count() == 1
    assert not Notice.objects.filter(kind__startswith="payment_").exists()
    assert StaffTask.objects.count() == 0


def test_a_changed_byte_is_refused_and_leaves_no_row(shop: Shop, live_server, client) -> None:
    from tests.webhooks.deliveries import deliver, signature

    shop.start(shop.growth)
    event = events_of(shop)[-1]

    answer = deliver(client, event.replace(b'"livemode": false', b'"livemode": true '), header=signature(event))

    assert answer.status_code == 400
    assert InboxEvent.objects.count() == 0
