"""How long the inbox keeps bodies and keys, and what it never forgets by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.webhooks.deliveries import deliver, event_body
from webhooks import retention
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def came(event_id: str, *, days_ago: int, state: str = "done") -> InboxEvent:
    return InboxEvent.objects.create(
        provider="stripe",
        endpoint="stripe",
        event_id=event_id,
        type="invoice.paid",
        body=event_body(event_id),
        state=state,
        received_at=NOW - timedelta(days=days_ago),
    )


def with_body() -> set[str]:
    return set(InboxEvent.objects.filter(body__isnull=False).values_list("event_id", flat=True))


@pytest.mark.fault("X33", "D10")
def test_a_body_goes_after_ninety_days_and_its_row_stays() -> None:
    came("evt_89", days_ago=89)
    came("evt_90", days_ago=90)

    assert retention.blank_bodies(NOW) == 1
    assert retention.blank_bodies(NOW) == 0

    assert with_body() == {"evt_89"}
    assert InboxEvent.objects.count() == 2


@pytest.mark.parametrize("state", ["new", "dispatched"])
def test_what_still_waits_keeps_its_body(state: str) -> None:
    came("evt_old", days_ago=200, state=state)

    retention.blank_bodies(NOW)
    retention.delete_keys(NOW)

    assert with_body() == {"evt_old"}


@pytest.mark.fault("D10")
@pytest.mark.parametrize(
    ("state", "is_kept"), [("done", False), ("ignored", False), ("dead", True), ("quarantined", True)]
)
def test_a_key_goes_after_180_days_unless_a_person_has_to_look(state: str, is_kept: bool) -> None:
    came("evt_179", days_ago=179)
    came("evt_180", days_ago=180, state=state)

    retention.delete_keys(NOW)

    assert InboxEvent.objects.filter(event_id="evt_180").exists() is is_kept
    assert InboxEvent.objects.filter(event_id="evt_179").exists()


@pytest.mark.fault("X33", "D10")
def test_a_copy_is_recognised_although_the_body_is_gone(client) -> None:
    event = event_body("evt_1")
    deliver(client, event)
    InboxEvent.objects.update(state="done", received_at=NOW - timedelta(days=91))
    retention.blank_bodies(NOW)

    answer = deliver(client, event)

    row = InboxEvent.objects.get()
    assert answer.status_code == 200
    assert (row.state, row.body) == ("done", None)


def test_more_than_a_batch_is_forgotten_in_one_run() -> None:
    InboxEvent.objects.bulk_create(
        InboxEvent(
            provider="stripe",
            endpoint="stripe",
            event_id=f"evt_{number}",
            state="done",
            body=b"{}",
            received_at=NOW - timedelta(days=200),
        )
        for number in range(1500)
    )

    assert (retention.blank_bodies(NOW), retention.delete_keys(NOW)) == (1500, 1500)
