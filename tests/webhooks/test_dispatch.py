"""From inbox rows to wanted objects and to "done": exactly once, whoever else does the same."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from billing.models import Work
from tests.webhooks.deliveries import event_body
from webhooks import dispatch
from webhooks.models import InboxEvent

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 12, 1, tzinfo=UTC)


def store(event_id: str, event_type: str = "customer.updated", **fields: Any) -> InboxEvent:
    body = fields.pop("body", None) or event_body(event_id, event_type, obj=fields.pop("obj", {"id": "cus_1"}))
    return InboxEvent.objects.create(
        provider="stripe", endpoint="stripe", event_id=event_id, type=event_type, body=body, received_at=NOW, **fields
    )


def finish_all_work() -> None:
    Work.objects.update(done=F("want"))


def states() -> dict[str, str]:
    return dict(InboxEvent.objects.values_list("event_id", "state"))


@pytest.mark.django_db
def test_an_event_makes_its_object_wanted() -> None:
    store("evt_1")

    taken = dispatch.dispatch_new(now=NOW)

    work = Work.objects.get()
    row = InboxEvent.objects.get()
    assert taken == 1
    assert (work.kind, work.stripe_id, work.want, work.done, work.event_ids) == ("customer", "cus_1", 1, 0, ["evt_1"])
    assert (row.state, row.object_key, row.dispatched_at, row.handled_at) == ("dispatched", work.pk, NOW, None)


@pytest.mark.fault("D5")
@pytest.mark.django_db
def test_many_events_of_one_object_are_one_piece_of_work() -> None:
    for number in range(5):
        store(f"evt_{number}")

    dispatch.dispatch_new(now=NOW)

    work = Work.objects.get()
    assert (work.want, work.event_ids) == (5, [f"evt_{number}" for number in range(5)])


@pytest.mark.fault("X34", "D3")
@pytest.mark.django_db
def test_dispatching_again_counts_nothing_twice() -> None:
    store("evt_1")

    dispatch.dispatch_new(now=NOW)
    taken = dispatch.dispatch_new(now=NOW)

    assert taken == 0
    assert Work.objects.get().want == 1


@pytest.mark.fault("X10", "W16")
@pytest.mark.django_db
def test_a_type_without_a_handler_is_kept_and_ignored() -> None:
    store("evt_1", "tax.settings.updated")

    dispatch.dispatch_new(now=NOW)

    assert InboxEvent.objects.get().state == "ignored"
    assert InboxEvent.objects.get().handled_at == NOW
    assert not Work.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["dead", "quarantined", "ignored", "done"])
def test_only_new_events_are_dispatched(state: str) -> None:
    store("evt_1", state=state)

    dispatch.dispatch_new(now=NOW)

    assert states() == {"evt_1": state}
    assert not Work.objects.exists()


@pytest.mark.fault("X7", "X25", "W5")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken", [b"{", b"{}", b'{"data": {"object": {"id": "cus \\u0000"}}}', json.dumps({"data": None}).encode()]
)
def test_an_event_that_its_handler_cannot_read_holds_up_no_other(broken: bytes) -> None:
    store("evt_broken", body=broken)
    store("evt_good")

    dispatch.dispatch_new(now=NOW)

    assert states() == {"evt_broken": "dead", "evt_good": "dispatched"}
    assert InboxEvent.objects.get(event_id="evt_broken").error
    assert Work.objects.get().want == 1


@pytest.mark.django_db
def test_a_row_without_its_body_becomes_dead() -> None:
    row = store("evt_1")
    InboxEvent.objects.filter(pk=row.pk).update(body=None)

    dispatch.dispatch_new(now=NOW)

    assert states() == {"evt_1": "dead"}


@pytest.mark.fault("W4")
@pytest.mark.django_db
def test_an_event_is_done_only_when_its_object_was_fetched() -> None:
    store("evt_1")
    dispatch.dispatch_new(now=NOW)

    before = dispatch.settle_dispatched(now=LATER)
    finish_all_work()
    after = dispatch.settle_dispatched(now=LATER)

    assert (before, after) == (0, 1)
    assert InboxEvent.objects.get().state == "done"
    assert InboxEvent.objects.get().handled_at == LATER


@pytest.mark.django_db
def test_an_event_after_the_fetch_keeps_waiting_for_the_next_one() -> None:
    store("evt_1")
    dispatch.dispatch_new(now=NOW)
    finish_all_work()
    store("evt_2")
    dispatch.dispatch_new(now=NOW)

    dispatch.settle_dispatched(now=LATER)
    assert "done" not in states().values()
    finish_all_work()
    dispatch.settle_dispatched(now=LATER)

    assert set(states().values()) == {"done"}


@pytest.mark.django_db
def test_a_stuck_object_does_not_hide_finished_ones_behind_it() -> None:
    for number in range(dispatch._BATCH_ROWS + 1):
        store(f"evt_{number}", obj={"id": f"cus_{number}"})
    dispatch.dispatch_new(now=NOW)
    last = InboxEvent.objects.latest("id")
    Work.objects.filter(pk=last.object_key).update(done=F("want"))

    settled = dispatch.settle_dispatched(now=LATER)

    assert settled == 1
    assert states()[last.event_id] == "done"


@pytest.mark.fault("X34", "D3")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch_rows", [200, 4])
def test_dispatchers_at_the_same_moment_count_each_event_once(batch_rows: int) -> None:
    for number in range(60):
        store(f"evt_{number}", obj={"id": f"cus_{number % 7}"})
    barrier = threading.Barrier(4)

    def dispatch_here() -> int:
        try:
            barrier.wait(timeout=10)
            return dispatch.dispatch_new(now=NOW, batch_rows=batch_rows)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [future.result() for future in [pool.submit(dispatch_here) for _ in range(4)]]

    assert sum(taken) == 60
    assert sum(Work.objects.values_list("want", flat=True)) == 60
    assert set(states().values()) == {"dispatched"}


@pytest.mark.fault("X25", "W5")
@pytest.mark.django_db
def test_events_die_with_their_object_and_a_later_refresh_brings_all_of_them_to_an_end() -> None:
    first = store("evt_1")
    dispatch.dispatch_new(now=NOW)
    work = Work.objects.get()
    Work.objects.update(dead_at=NOW, last_error="KeyError")

    settled = dispatch.settle_dispatched(now=LATER)
    first.refresh_from_db()
    dead = (settled, first.state, first.error)
    Work.objects.update(dead_at=None, done=work.want)
    dispatch.settle_dispatched(now=LATER)

    first.refresh_from_db()
    assert dead == (0, "dead", "KeyError")
    assert (first.state, first.error) == ("done", "")
