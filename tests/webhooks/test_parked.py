"""What is stored but not applied: it comes to staff once a cause and day, stays as it is, and can be sent again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from billing.models import StaffTask, StripeAccount, Work
from tests.webhooks.deliveries import deliver, event_body, thin_body
from webhooks import counts, dispatch, parked
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def told() -> list[str]:
    return [task.summary for task in StaffTask.objects.filter(kind="parked_event").order_by("id")]


PARKED = {
    "the other mode": (event_body(livemode=True), "quarantined"),
    "another account": (event_body(account="acct_foreign"), "quarantined"),
    "a future version": (event_body(api_version="2031-01-01.unheard"), "quarantined"),
    "no event": (b"[]", "dead"),
    "a thin event that is none": (thin_body(created=None), "dead"),
}


@pytest.mark.fault("X7", "X10", "X11", "W13", "W15")
@pytest.mark.parametrize(("body", "state"), PARKED.values(), ids=PARKED.keys())
def test_what_is_set_aside_is_told_once_and_not_applied(stranger: Client, body: bytes, state: str) -> None:
    answer = deliver(stranger, body)

    dispatch.dispatch_new(now=NOW)
    looked_at = [parked.tell_of_parked(now=NOW), parked.tell_of_parked(now=NOW)]

    row = InboxEvent.objects.get()
    assert (answer.status_code, row.state, looked_at) == (200, state, [1, 0])
    assert told() == [f"Events such as {row.event_id} are {state}: {row.error}"]
    assert not Work.objects.exists()


def test_many_of_one_cause_are_one_task_a_day(stranger: Client) -> None:
    for number in range(3):
        deliver(stranger, event_body(f"evt_{number}", livemode=True))
    parked.tell_of_parked(now=NOW)
    deliver(stranger, event_body("evt_later", livemode=True))
    parked.tell_of_parked(now=NOW + timedelta(hours=1))
    same_day = len(told())
    deliver(stranger, event_body("evt_tomorrow", livemode=True))
    parked.tell_of_parked(now=NOW + timedelta(days=1))

    assert (same_day, len(told())) == (1, 2)


def test_an_event_that_its_handler_cannot_read_is_told_too(stranger: Client) -> None:
    deliver(stranger, event_body(event_type="invoice.paid", obj={"object": "invoice"}))

    dispatch.dispatch_new(now=NOW)
    parked.tell_of_parked(now=NOW)

    assert InboxEvent.objects.get().state == "dead"
    assert len(told()) == 1


@pytest.mark.fault("X11", "W13")
def test_sending_a_foreign_event_through_again_does_not_apply_it(stranger: Client) -> None:
    deliver(stranger, event_body(livemode=True))
    InboxEvent.objects.update(state="new", error="")

    dispatch.dispatch_new(now=NOW)

    assert InboxEvent.objects.get().state == "quarantined"
    assert not Work.objects.exists()


@pytest.mark.fault("X10", "W15")
def test_a_parked_version_is_applied_when_it_is_sent_again_after_the_upgrade(stranger: Client, settings: Any) -> None:
    deliver(stranger, event_body(api_version="2031-01-01.unheard"))
    InboxEvent.objects.update(state="new", error="")

    settings.STRIPE_API_VERSION = "2031-01-01.unheard"
    dispatch.dispatch_new(now=NOW)

    assert InboxEvent.objects.get().state == "dispatched"
    assert Work.objects.get().stripe_id == "cus_1"


@pytest.mark.fault("X10")
def test_a_thin_event_leads_to_the_object_that_it_names(stranger: Client) -> None:
    deliver(stranger, thin_body(related_object={"id": "cus_7", "type": "customer", "url": "/v1/customers/cus_7"}))

    dispatch.dispatch_new(now=NOW)

    assert InboxEvent.objects.get().state == "dispatched"
    assert (Work.objects.get().kind, Work.objects.get().stripe_id) == ("customer", "cus_7")


@pytest.mark.fault("X10")
@pytest.mark.parametrize("related", [None, {"id": "acct_1", "type": "v2.core.account"}])
def test_a_thin_event_about_nothing_of_ours_is_ignored_with_a_reason(stranger: Client, related: Any) -> None:
    deliver(stranger, thin_body(event_type="v2.core.account[requirements].updated", related_object=related))

    dispatch.dispatch_new(now=NOW)

    row = InboxEvent.objects.get()
    assert (row.state, row.error) == ("ignored", "A thin event about nothing that is kept here.")


@pytest.mark.fault("X11", "W2", "W13")
def test_events_of_an_account_that_is_not_copied_here_are_set_aside(stranger: Client, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_ENDPOINTS = {"second": {"secrets": settings.STRIPE_WEBHOOK_SECRETS, "account": "acct_2"}}
    StripeAccount.objects.create(livemode=False, stripe_account_id="acct_1")
    deliver(stranger, event_body(account="acct_2"), address="/webhooks/second/")

    dispatch.dispatch_new(now=NOW)

    row = InboxEvent.objects.get()
    assert (row.state, row.error) == ("quarantined", "The objects of that account are not kept here.")
    assert not Work.objects.exists()


@pytest.mark.fault("X10", "W16", "D11")
def test_ignored_events_are_counted_by_their_type(stranger: Client) -> None:
    count = counts._ignored.labels("a.type.of.tomorrow")._value
    before = count.get()
    deliver(stranger, event_body(event_type="a.type.of.tomorrow"))

    dispatch.dispatch_new(now=NOW)

    assert InboxEvent.objects.get().state == "ignored"
    assert count.get() == before + 1
