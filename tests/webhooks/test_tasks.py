"""The task that empties the inbox, against a real sandbox: everything ends done, and nothing is lost on the way."""

import base64
import json
import urllib.parse
import urllib.request
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from billing.models import Work
from tests.sandbox_fixture import Sandbox
from tests.webhooks.deliveries import event_body
from webhooks import tasks
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


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
        provider="stripe", endpoint="stripe", event_id=event_id, type=event_type, body=body, received_at=timezone.now()
    )


def states() -> dict[str, str]:
    return dict(InboxEvent.objects.values_list("event_id", "state"))


def fetches(sandbox: Sandbox, stripe_id: str) -> int:
    text = json.dumps(sandbox.requests(limit=1000))
    return text.count(f'"/v1/customers/{stripe_id}"')


def test_an_event_whose_wake_up_was_lost_is_done_by_the_next_run(sandbox: Sandbox) -> None:
    customer = at_stripe(sandbox, "/v1/customers", email="alice@example.com")
    store("evt_1", "customer.created", customer["id"])

    tasks.process_inbox()

    assert states() == {"evt_1": "done"}


def test_many_events_of_one_object_are_one_fetch(sandbox: Sandbox) -> None:
    customer = at_stripe(sandbox, "/v1/customers", email="alice@example.com")
    for number in range(20):
        store(f"evt_{number}", "customer.updated", customer["id"])

    tasks.process_inbox()

    assert set(states().values()) == {"done"}
    assert fetches(sandbox, customer["id"]) == 1


def test_an_object_that_stripe_does_not_know_ends_the_event(sandbox: Sandbox) -> None:
    store("evt_1", "customer.updated", "cus_never_was")

    tasks.process_inbox()

    assert states() == {"evt_1": "done"}


def test_a_stripe_that_fails_leaves_the_event_waiting_and_no_other(sandbox: Sandbox) -> None:
    fine = at_stripe(sandbox, "/v1/customers", email="alice@example.com")
    failing = at_stripe(sandbox, "/v1/customers", email="bob@example.com")
    sandbox.fault(fault="http_500_before", match={"path": f"/v1/customers/{failing['id']}"}, times=10)
    store("evt_failing", "customer.updated", failing["id"])
    store("evt_fine", "customer.updated", fine["id"])

    tasks.process_inbox()

    assert states() == {"evt_failing": "dispatched", "evt_fine": "done"}
    assert Work.objects.get(stripe_id=failing["id"]).run_at > timezone.now()


def test_an_event_of_a_type_without_a_handler_asks_stripe_nothing(sandbox: Sandbox) -> None:
    store("evt_1", "tax.settings.updated", "taxset_1")
    before = len(sandbox.requests(limit=1000)["data"]) if isinstance(sandbox.requests(), dict) else 0

    tasks.process_inbox()

    assert states() == {"evt_1": "ignored"}
    assert before == 0 or not Work.objects.exists()
