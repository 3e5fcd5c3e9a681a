"""The inbox in the admin: it finds, it shows without secrets, it changes nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.webhooks.deliveries import event_body
from webhooks.masking import MASK
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
LIST = "admin:webhooks_inboxevent_changelist"


def store(event_id: str = "evt_1", **fields: Any) -> InboxEvent:
    body = fields.pop("body", event_body(event_id))
    return InboxEvent.objects.create(
        **{"provider": "stripe", "endpoint": "stripe", "event_id": event_id, "type": "customer.updated", "body": body}
        | fields
    )


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff@example.com", "correct horse battery"))
    return client


def shown_ids(answer: Any) -> set[str]:
    return {row.event_id for row in answer.context["cl"].result_list}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"evt_new", "evt_dead"}),
        ({"state__exact": "dead"}, {"evt_dead"}),
        ({"type": "invoice.paid"}, {"evt_new"}),
        ({"age": "1h"}, {"evt_dead"}),
        ({"error": "yes"}, {"evt_dead"}),
        ({"error": "no"}, {"evt_new"}),
        ({"q": "evt_new"}, {"evt_new"}),
        ({"q": "in_1"}, {"evt_new"}),
    ],
)
def test_events_are_found_by_state_type_age_error_and_id(
    staff: Client, query: dict[str, str], expected: set[str]
) -> None:
    store("evt_new", type="invoice.paid", object_id="in_1")
    store("evt_dead", state="dead", error="KeyError: 'data'", received_at=timezone.now() - timedelta(hours=2))

    answer = staff.get(reverse(LIST), query)

    assert answer.status_code == 200
    assert shown_ids(answer) == expected


def test_the_list_does_not_load_bodies(staff: Client) -> None:
    store()

    answer = staff.get(reverse(LIST))

    assert "body" in answer.context["cl"].result_list[0].get_deferred_fields()


def test_a_payload_is_shown_without_its_secrets(staff: Client) -> None:
    row = store(state="quarantined", body=event_body(obj={"id": "pi_7", "client_secret": "pi_7_secret_x"}))

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "pi_7" in page
    assert "Quarantined" in page
    assert MASK in page
    assert "pi_7_secret_x" not in page


def test_a_payload_cannot_write_into_the_page(staff: Client) -> None:
    row = store(body=event_body(obj={"id": "cus_1", "name": "</pre><script>alert(1)</script>"}))

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(("body", "words"), [(b"{", "1 bytes that are not JSON"), (None, "The body was removed")])
def test_a_body_that_cannot_be_shown_is_explained(staff: Client, body: bytes | None, words: str) -> None:
    row = store(body=body)

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert words in page


def test_nobody_can_add_change_or_delete_an_event(staff: Client) -> None:
    row = store()
    change = reverse("admin:webhooks_inboxevent_change", args=[row.pk])

    answers = [
        staff.get(reverse("admin:webhooks_inboxevent_add")),
        staff.post(change, {"state": "done"}),
        staff.post(reverse("admin:webhooks_inboxevent_delete", args=[row.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    row.refresh_from_db()
    assert row.state == "new"


@pytest.mark.parametrize(("may_view", "status"), [(False, 403), (True, 200)])
def test_the_list_needs_the_permission_to_view(may_view: bool, status: int) -> None:
    user = User.objects.create_user("clerk@example.com", "correct horse battery", is_staff=True)
    if may_view:
        user.user_permissions.add(Permission.objects.get(codename="view_inboxevent"))
    client = Client()
    client.force_login(user)

    assert client.get(reverse(LIST)).status_code == status


def test_a_long_payload_is_cut(staff: Client) -> None:
    row = store(body=json.dumps({"list": ["x" * 100] * 2000}).encode())

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "characters in all" in page
