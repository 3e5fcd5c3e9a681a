"""The one insert: once per event, in which state, and loud when nothing was stored."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import Error as DatabaseFailure

from webhooks import inbox
from webhooks.events import Endpoint, SignedEvent
from webhooks.models import InboxEvent

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENDPOINT = Endpoint(key="stripe", provider="stripe", secrets=("whsec_x",), is_live=False)
EVENT = SignedEvent(event_id="evt_1", type="customer.updated", created_at=NOW)


def record(event: SignedEvent = EVENT, *, endpoint: Endpoint = ENDPOINT, **changes: Any) -> bool:
    return inbox.record(event, endpoint=endpoint, body=changes.pop("body", b"{}"), now=changes.pop("now", NOW))


STATES = [
    (SignedEvent(event_id="evt_1"), "new"),
    (SignedEvent(event_id="evt_1", fault="The body is not JSON."), "dead"),
    (SignedEvent(event_id="evt_1", is_live=True), "quarantined"),
    (SignedEvent(event_id="evt_1", account="acct_2"), "quarantined"),
    (SignedEvent(event_id="evt_1", is_live=True, fault="A thin event."), "dead"),
]


@pytest.mark.fault("X11", "W13")
@pytest.mark.parametrize(("event", "expected"), STATES)
def test_only_events_of_our_mode_and_account_are_new(event: SignedEvent, expected: str) -> None:
    state, error = inbox.state_of(event, endpoint=ENDPOINT)

    assert state == expected
    assert bool(error) is (expected != "new")


def test_a_live_event_is_new_at_a_live_address() -> None:
    live = Endpoint(key="stripe", provider="stripe", secrets=("whsec_x",), is_live=True)

    assert inbox.state_of(SignedEvent(event_id="evt_1", is_live=True), endpoint=live) == ("new", "")


@pytest.mark.fault("X3")
@pytest.mark.django_db
def test_the_first_delivery_wins() -> None:
    first = record(body=b"first")
    second = record(body=b"second", now=datetime(2026, 11, 21, tzinfo=UTC))

    row = InboxEvent.objects.get()
    assert (first, second) == (True, False)
    assert (bytes(row.body), row.received_at, row.created_at) == (b"first", NOW, NOW)


@pytest.mark.fault("W2", "D2")
@pytest.mark.django_db
def test_another_endpoint_has_its_own_rows() -> None:
    other = Endpoint(key="stripe-test", provider="stripe", secrets=("whsec_x",), is_live=False)

    assert record() is True
    assert record(endpoint=other) is True
    assert InboxEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_that_the_database_refuses_is_never_taken_for_a_copy() -> None:
    """SQLite's INSERT OR IGNORE would swallow the missing value and we would say yes to Stripe."""
    with pytest.raises(DatabaseFailure):
        record(SignedEvent(event_id="evt_1", type=None))  # type: ignore[arg-type]

    assert not InboxEvent.objects.exists()


def test_an_endpoint_does_not_print_its_secrets() -> None:
    assert "whsec_x" not in repr(ENDPOINT)
