"""What Stripe could not deliver is found in its own list, once, and leads to the same as if it had come."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from billing import clock
from billing.errors import StripeUnreachable
from billing.gateway.client import client
from billing.models import DunningCase, Invoice, Notice, StaffTask, Subscription
from billing.selectors.access import access_for
from tests.billing.shop import Shop
from tests.flows.test_convergence import events_of
from tests.webhooks.deliveries import post_at_once
from webhooks import backfill
from webhooks.models import Backfill, InboxEvent
from webhooks.tasks import backfill_events, process_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    """A sandbox of which nothing is delivered: the endpoint might as well be switched off."""
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def look(shop: Shop, *, days: int = 1) -> Backfill:
    return backfill.backfill(since=shop.now - timedelta(days=days), until=shop.now, asked_by="test")


def look_and_hang_up(shop: Shop) -> None:
    """For a thread of its own, which has a connection of its own."""
    try:
        look(shop)
    finally:
        connection.close()


def work_off(shop: Shop) -> None:
    while InboxEvent.objects.filter(state__in=["new", "dispatched"]).exists():
        process_inbox()
        shop.work_off()


def test_a_lost_checkout_opens_access_all_the_same(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    shop.advance("PT2M")

    backfill_events()
    work_off(shop)

    assert Subscription.objects.get().status == "active"
    assert access_for(shop.organization, shop.now).plan_code == "scale"
    assert Notice.objects.filter(kind="subscription_started").count() == 1
    assert set(InboxEvent.objects.values_list("source", flat=True)) == {"backfill"}


def test_events_that_may_still_be_on_their_way_are_left_to_the_next_look(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))

    backfill_events()

    assert InboxEvent.objects.count() == 0
    assert StaffTask.objects.count() == 0


@pytest.mark.fault("X28", "W17")
def test_a_second_look_finds_nothing_new_and_nothing_happens_twice(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    first = look(shop)
    work_off(shop)

    second = look(shop)
    work_off(shop)

    assert first.events_found > 0
    assert (second.events_found, second.events_seen) == (0, first.events_seen)
    assert Notice.objects.filter(kind="subscription_started").count() == 1


def test_what_came_and_what_nobody_handles_is_passed_over(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    found = look(shop).events_found
    InboxEvent.objects.exclude(type="invoice.paid").delete()

    again = look(shop)

    assert again.events_found == found - 1
    assert again.events_seen > again.events_found
    assert not InboxEvent.objects.filter(type="payment_intent.created").exists()


def test_missed_deliveries_are_told_to_a_person_once_a_day(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))

    look(shop)
    InboxEvent.objects.all().delete()
    look(shop)

    assert [task.kind for task in StaffTask.objects.all()] == ["missed_deliveries"]


@pytest.mark.fault("X27", "D9")
def test_three_days_without_an_endpoint_lose_nothing(shop: Shop) -> None:
    subscription = shop.subscribe(number="4000 0000 0000 0341", price=shop.growth)
    backfill.backfill_recent()
    shop.advance("P14DT2H")
    shop.advance("P3D")

    backfill.backfill_recent()
    work_off(shop)

    subscription.refresh_from_db()
    assert subscription.status == "past_due"
    assert Invoice.objects.get(status="open").attempt_count == 1
    assert DunningCase.objects.get().state == "waiting"


def test_a_look_that_broke_off_goes_on_behind_its_last_page(shop: Shop) -> None:
    for number in range(110):
        client().v1.products.create(params={"name": f"Product {number}"})
    shop.sandbox.fault("http_500_before", times=2, match={"path": "/v1/events*", "nth": 2})
    with pytest.raises(StripeUnreachable):
        look(shop)
    broken = Backfill.objects.get()
    began_at = (broken.state, broken.events_seen)

    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    since, until = broken.since_at, broken.until_at
    finished = backfill.backfill(since=since, until=until, asked_by="test")

    assert began_at == ("failed", 100)
    assert (finished.pk, finished.state) == (broken.pk, "finished")
    assert finished.events_seen == finished.events_found
    assert InboxEvent.objects.count() == finished.events_found


@pytest.mark.fault("X27", "D9")
def test_longer_than_stripe_remembers_is_told_to_a_person(shop: Shop) -> None:
    backfill.backfill_recent()
    Backfill.objects.update(until_at=clock.business_now() - timedelta(days=40))

    backfill.backfill_recent()

    assert StaffTask.objects.filter(kind="unreachable_past").count() == 1


@pytest.mark.fault("X28", "D9")
def test_an_event_that_comes_while_it_is_back_filled_is_one_row(shop: Shop, live_server) -> None:
    shop.pay(shop.start(shop.scale))
    events = events_of(shop)
    finder = threading.Thread(target=look_and_hang_up, args=[shop])

    finder.start()
    answers = post_at_once(f"{live_server.url}/webhooks/stripe/", events)
    finder.join()

    assert set(answers) == {200}
    assert InboxEvent.objects.count() == len(events)


def test_a_silent_stripe_is_no_alarm_of_the_task(shop: Shop) -> None:
    shop.sandbox.fault("http_500_before", times=0, match={"path": "/v1/events*"})

    backfill_events()

    assert Backfill.objects.get().state == "failed"
    assert InboxEvent.objects.count() == 0
