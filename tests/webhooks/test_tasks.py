"""The task that empties the inbox, against a real sandbox: everything ends done, and nothing is lost on the way."""

import base64
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from billing.models import PaymentMethod, Work
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import ADDRESS, event_body, post_at_once
from webhooks import tasks
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quiet_sandbox(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox that delivers nothing by itself, so that the inbox holds what a test put there."""
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield sandbox
    sandbox.reset()
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def at_stripe(sandbox: Sandbox, path: str, **fields: str) -> Any:
    """Write something at Stripe, as another program would."""
    key = base64.b64encode(f"{settings.STRIPE_SECRET_KEY}:".encode()).decode()
    request = urllib.request.Request(
        f"{sandbox.url}{path}",
        data=urllib.parse.urlencode(fields).encode(),
        headers={"Authorization": f"Basic {key}", "Stripe-Version": settings.STRIPE_API_VERSION},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def store(event_id: str, event_type: str, stripe_id: str) -> None:
    body = event_body(event_id, event_type, obj={"id": stripe_id})
    InboxEvent.objects.create(
        provider="stripe",
        endpoint="stripe",
        event_id=event_id,
        type=event_type,
        body=body,
        received_at=timezone.now(),
    )


def states() -> dict[str, str]:
    return dict(InboxEvent.objects.values_list("event_id", "state"))


def asked(sandbox: Sandbox) -> list[str]:
    """The paths that were read at Stripe."""
    return [call["path"] for call in sandbox.requests(limit=500)["data"] if call["method"] == "GET"]


@pytest.mark.fault("X17", "X19", "W6")
def test_an_event_whose_wake_up_was_lost_is_done_by_the_next_run(quiet_sandbox: Sandbox) -> None:
    customer = at_stripe(quiet_sandbox, "/v1/customers", email="alice@example.com")
    store("evt_1", "customer.created", customer["id"])

    tasks.process_inbox()

    assert states() == {"evt_1": "done"}


@pytest.mark.fault("X15", "D5")
def test_many_events_of_one_object_are_one_fetch(quiet_sandbox: Sandbox) -> None:
    customer = at_stripe(quiet_sandbox, "/v1/customers", email="alice@example.com")
    for number in range(20):
        store(f"evt_{number}", "customer.updated", customer["id"])

    tasks.process_inbox()

    assert set(states().values()) == {"done"}
    assert asked(quiet_sandbox).count(f"/v1/customers/{customer['id']}") == 1


@pytest.mark.fault("X24", "W12")
def test_an_object_that_stripe_does_not_know_ends_the_event(quiet_sandbox: Sandbox) -> None:
    store("evt_1", "customer.updated", "cus_never_was")

    tasks.process_inbox()

    assert states() == {"evt_1": "done"}


@pytest.mark.fault("X22", "W14", "D7")
def test_a_stripe_that_fails_leaves_the_event_waiting_and_no_other(quiet_sandbox: Sandbox) -> None:
    fine = at_stripe(quiet_sandbox, "/v1/customers", email="alice@example.com")
    failing = at_stripe(quiet_sandbox, "/v1/customers", email="bob@example.com")
    quiet_sandbox.fault("http_500_before", match={"path": f"/v1/customers/{failing['id']}"}, times=10)
    store("evt_failing", "customer.updated", failing["id"])
    store("evt_fine", "customer.updated", fine["id"])

    tasks.process_inbox()

    assert states() == {"evt_failing": "dispatched", "evt_fine": "done"}
    assert Work.objects.get(stripe_id=failing["id"]).run_at > timezone.now()


def test_an_event_of_a_type_without_a_handler_asks_stripe_nothing(quiet_sandbox: Sandbox) -> None:
    store("evt_1", "tax.settings.updated", "taxset_1")

    tasks.process_inbox()

    assert states() == {"evt_1": "ignored"}
    assert asked(quiet_sandbox) == []


@pytest.mark.fault("X13", "W7", "D6")
def test_events_in_the_wrong_order_end_in_the_state_that_stripe_has(quiet_sandbox: Sandbox) -> None:
    customer = at_stripe(quiet_sandbox, "/v1/customers", email="alice@example.com")
    card = at_stripe(quiet_sandbox, "/v1/payment_methods", type="card", **{"card[token]": "tok_visa"})
    at_stripe(quiet_sandbox, f"/v1/payment_methods/{card['id']}/attach", customer=customer["id"])
    at_stripe(quiet_sandbox, f"/v1/payment_methods/{card['id']}/detach")

    for event_id, event_type in [("evt_2", "payment_method.detached"), ("evt_1", "payment_method.attached")]:
        store(event_id, event_type, card["id"])
        tasks.process_inbox()

    assert states() == {"evt_1": "done", "evt_2": "done"}
    assert PaymentMethod.objects.get(stripe_payment_method_id=card["id"]).stripe_customer_id == ""


@pytest.mark.fault("X3")
def test_an_event_delivered_ten_times_at_once_is_one_row_and_one_fetch(
    quiet_sandbox: Sandbox, live_server: Any
) -> None:
    customer = at_stripe(quiet_sandbox, "/v1/customers", email="alice@example.com")
    body = event_body("evt_ten_times", "customer.created", obj={"id": customer["id"]})

    statuses = post_at_once(f"{live_server.url}{ADDRESS}", [body] * 10)
    tasks.process_inbox()

    assert statuses == [200] * 10
    assert states() == {"evt_ten_times": "done"}
    assert asked(quiet_sandbox).count(f"/v1/customers/{customer['id']}") == 1


def test_an_event_that_the_sandbox_signs_and_sends_arrives_and_is_done(sandbox: Sandbox, live_server: Any) -> None:
    customer = at_stripe(sandbox, "/v1/customers", email="alice@example.com")

    ends_at = time.monotonic() + 10
    while not InboxEvent.objects.filter(object_id=customer["id"]).exists() and time.monotonic() < ends_at:
        time.sleep(0.05)
    tasks.process_inbox()

    assert InboxEvent.objects.get(object_id=customer["id"]).state == "done"
