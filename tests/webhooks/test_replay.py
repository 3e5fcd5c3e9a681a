"""Handling an event again brings the state up to date and never makes an effect a second time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from billing.gateway.client import client as stripe_client
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import (
    AuditEntry,
    CaseEvent,
    ChargeAttempt,
    Customer,
    Notice,
    StaffTask,
    Subscription,
    Transition,
    Work,
)
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.flows.test_convergence import events_of, work_off
from tests.webhooks.deliveries import event_body, post_at_once
from webhooks import replay
from webhooks.models import InboxEvent
from webhooks.tasks import process_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


@pytest.fixture
def keeper(transactional_db) -> User:
    return User.objects.create_superuser("staff@example.com", "correct horse battery")


def store(event_id: str = "evt_1", **fields: Any) -> InboxEvent:
    given = {"provider": "stripe", "endpoint": "stripe", "event_id": event_id, "type": "customer.updated"}
    return InboxEvent.objects.create(**{**given, "body": event_body(event_id), **fields})


def live_through_a_failed_renewal(shop: Shop, url: str) -> None:
    shop.pay(shop.start(shop.growth))
    customer = Customer.objects.get().stripe_customer_id
    # Of what passes by itself the customer would hear the second time only.
    shop.sandbox.ask("POST", "/_sandbox/decline-next", {"customer": customer, "code": "insufficient_funds"})
    shop.advance("P18D")
    for event in events_of(shop):
        post_at_once(f"{url}/webhooks/stripe/", [event])
    work_off(shop)


def effects() -> dict[str, object]:
    """All that a second handling must not make again, and the state that it must leave."""
    return {
        "charges at Stripe": len(stripe_client().v1.charges.list(params={"limit": 100})["data"]),
        "charges": ChargeAttempt.objects.count(),
        "mails": sorted(Notice.objects.values_list("kind", "key")),
        "tasks": sorted(StaffTask.objects.values_list("key", flat=True)),
        "cases": list(CaseEvent.objects.order_by("pk").values_list("case__state", "kind")),
        "transitions": Transition.objects.count(),
        "status": Subscription.objects.get().status,
    }


@pytest.mark.fault("X29", "W17", "D8")
def test_a_whole_day_handled_twice_more_makes_no_second_mail_charge_or_case(shop: Shop, live_server, keeper) -> None:
    live_through_a_failed_renewal(shop, live_server.url)
    before = effects()
    now = timezone.now()
    day = replay.Choice(since=now - timedelta(days=1), until=now + timedelta(minutes=1))

    for _ in range(2):
        answer = replay.replay(day.rows().values_list("pk", flat=True), actor=keeper)
        assert answer == replay.Replayed(again=InboxEvent.objects.count(), passed_over=0)
        work_off(shop)

    assert effects() == before
    assert before["mails"]
    assert before["cases"]
    assert set(InboxEvent.objects.values_list("replays", flat=True)) == {2}
    assert not InboxEvent.objects.filter(state__in=["new", "dispatched", "dead"]).exists()


@pytest.mark.fault("W4", "D8")
def test_an_event_handled_again_brings_back_what_was_overwritten(shop: Shop, live_server, keeper) -> None:
    live_through_a_failed_renewal(shop, live_server.url)
    Subscription.objects.update(status="active")
    event = InboxEvent.objects.filter(type="customer.subscription.updated").latest("id")

    replay.replay([event.pk], actor=keeper)
    work_off(shop)

    assert Subscription.objects.get().status == "past_due"
    event.refresh_from_db()
    assert (event.state, event.source, event.replays) == ("done", "push", 1)


@pytest.mark.fault("X25", "W5", "D8")
def test_an_object_that_was_given_up_is_tried_from_the_beginning(keeper) -> None:
    ref = ObjectRef(ObjectKind.CUSTOMER, "cus_1")
    work.want([ref])
    Work.objects.update(dead_at=timezone.now(), faults=8, attempts=8)
    row = store(state="dead", error="KeyError", object_key=ref.key)

    replay.replay([row.pk], actor=keeper)

    revived = Work.objects.get()
    assert (revived.dead_at, revived.faults, revived.attempts) == (None, 0, 0)
    row.refresh_from_db()
    assert (row.state, row.error, row.handled_at) == ("new", "", None)


def test_each_replay_is_on_record_with_who_and_what(keeper) -> None:
    rows = [store(f"evt_{number}", state="done") for number in range(3)]

    replay.replay([rows[0].pk], actor=keeper)
    replay.replay([row.pk for row in rows[1:]], actor=keeper)

    entries = AuditEntry.objects.order_by("pk").values_list("action", "subject", "actor", "details")
    assert list(entries) == [
        ("events_replayed", "evt_0", keeper.pk, {"event_ids": ["evt_0"]}),
        ("events_replayed", "2 events", keeper.pk, {"event_ids": ["evt_1", "evt_2"]}),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "new"},
        {"state": "done", "body": None},
        {"state": "quarantined", "body": event_body("evt_1", livemode=True)},
        {"state": "quarantined", "body": event_body("evt_1", account="acct_stranger")},
        {"state": "dead", "body": b"[]"},
        {"state": "done", "endpoint": "closed"},
    ],
)
def test_what_may_not_be_applied_is_passed_over(keeper, fields: dict[str, Any]) -> None:
    row = store(**fields)

    answer = replay.replay([row.pk], actor=keeper)

    assert answer == replay.Replayed(again=0, passed_over=1)
    row.refresh_from_db()
    assert (row.state, row.replays) == (fields["state"], 0)
    assert not AuditEntry.objects.exists()


def test_what_was_quarantined_by_mistake_is_let_in_once_the_settings_are_right(keeper, settings) -> None:
    row = store(state="quarantined", livemode=True, error="other mode", body=event_body("evt_1", livemode=True))
    settings.STRIPE_LIVE_MODE = True

    replay.replay([row.pk], actor=keeper)

    row.refresh_from_db()
    assert (row.state, row.error) == ("new", "")


def test_an_event_that_could_not_be_read_gets_its_type_when_it_can(keeper) -> None:
    body = event_body("evt_1", "invoice.paid", obj={"id": "in_1", "object": "invoice"})
    row = store("sha256:ab", type="", object_id="", state="dead", error="not valid", body=body)

    replay.replay([row.pk], actor=keeper)
    process_inbox()

    row.refresh_from_db()
    assert (row.type, row.object_id, row.event_id) == ("invoice.paid", "in_1", "sha256:ab")
    assert Work.objects.filter(stripe_id="in_1").exists()


def test_a_time_is_narrowed_by_type_and_state() -> None:
    now = timezone.now()
    store("evt_early", state="done", received_at=now - timedelta(hours=3))
    store("evt_dead", state="dead", received_at=now - timedelta(hours=1))
    store("evt_other", state="dead", type="invoice.paid", received_at=now - timedelta(hours=1))
    store("evt_new", state="new", received_at=now - timedelta(hours=1))
    hours = {"since": now - timedelta(hours=2), "until": now}

    def chosen(**more: Any) -> set[str]:
        return set(replay.Choice(**hours, **more).rows().values_list("event_id", flat=True))

    assert chosen() == {"evt_dead", "evt_other"}
    assert chosen(type="invoice.paid") == {"evt_other"}
    assert chosen(states=("done",)) == set()
