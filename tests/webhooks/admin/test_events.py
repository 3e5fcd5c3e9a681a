"""The inbox in the admin: it finds, it shows without secrets, it leads on, it changes nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Work
from billing.terms import ObjectKind
from tests.billing.factories import InvoiceFactory
from tests.billing.situations import tell
from tests.webhooks.deliveries import event_body
from webhooks.masking import MASK
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
Store = Callable[..., InboxEvent]
LIST = "admin:webhooks_inboxevent_changelist"


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
        ({"source__exact": "backfill"}, {"evt_new"}),
        ({"replayed": "yes"}, {"evt_dead"}),
        ({"q": "evt_new"}, {"evt_new"}),
        ({"q": "in_1"}, {"evt_new"}),
    ],
)
def test_events_are_found_by_state_type_age_error_source_and_id(
    staff: Client, store: Store, query: dict[str, str], expected: set[str]
) -> None:
    store("evt_new", type="invoice.paid", object_id="in_1", source="backfill")
    two_hours_ago = timezone.now() - timedelta(hours=2)
    store("evt_dead", state="dead", error="KeyError: 'data'", received_at=two_hours_ago, replays=1)

    answer = staff.get(reverse(LIST), query)

    assert answer.status_code == 200
    assert shown_ids(answer) == expected


def test_the_list_does_not_load_bodies(staff: Client, store: Store) -> None:
    store()

    answer = staff.get(reverse(LIST))

    assert "body" in answer.context["cl"].result_list[0].get_deferred_fields()


def test_a_payload_is_shown_without_its_secrets(staff: Client, store: Store) -> None:
    row = store(state="quarantined", body=event_body(obj={"id": "pi_7", "client_secret": "pi_7_secret_x"}))

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "pi_7" in page
    assert "Quarantined" in page
    assert MASK in page
    assert "pi_7_secret_x" not in page


def test_a_payload_cannot_write_into_the_page(staff: Client, store: Store) -> None:
    row = store(body=event_body(obj={"id": "cus_1", "name": "</pre><script>alert(1)</script>"}))

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(("body", "words"), [(b"{", "1 bytes that are not JSON"), (None, "The body was removed")])
def test_a_body_that_cannot_be_shown_is_explained(
    staff: Client, store: Store, body: bytes | None, words: str
) -> None:
    row = store(body=body)

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert words in page


def test_nobody_can_add_change_or_delete_an_event(staff: Client, store: Store) -> None:
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


@pytest.mark.parametrize(("codenames", "status"), [([], 403), (["view_inboxevent"], 200)])
def test_the_list_needs_the_permission_to_view(
    clerk: Callable[..., Client], codenames: list[str], status: int
) -> None:
    assert clerk(*codenames).get(reverse(LIST)).status_code == status


@pytest.mark.fault("X32", "W20")
def test_card_data_is_hidden(staff: Client, store: Store) -> None:
    row = store(body=event_body(obj={"id": "pm_1", "card": {"number": "4242424242424242", "cvc": "987"}}))

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "4242424242424242" not in page
    assert "987" not in page.split("<pre")[1].split("</pre>")[0]


def test_an_event_leads_to_its_object_its_refresh_and_its_timeline(staff: Client, store: Store) -> None:
    invoice = InvoiceFactory(stripe_invoice_id="in_1")
    ref = ObjectRef(ObjectKind.INVOICE, "in_1")
    work.want([ref], event_id="evt_1")
    Work.objects.update(attempts=3, last_error="stripe_unreachable")
    tell(invoice.organization, "invoice", "in_1", to="paid", at=timezone.now(), from_state="open")
    row = store(type="invoice.paid", state="dispatched", object_id="in_1", object_key=ref.key)

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert reverse("admin:billing_invoice_change", args=[invoice.pk]) in page
    assert reverse("admin:billing_work_change", args=[quote(ref.key)]) in page
    assert "/admin/billing/transition/?q=in_1" in page
    assert "Open → Paid" in page
    assert "3 failed; the next one not before" in page
    assert "stripe_unreachable" in page


@pytest.mark.parametrize(("is_live", "folder"), [(False, "test/events"), (True, "events")])
def test_a_real_account_has_links_to_stripes_dashboard(
    staff: Client, store: Store, settings: Any, is_live: bool, folder: str
) -> None:
    settings.USES_SANDBOX = False
    row = store("evt_77", livemode=is_live)

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert f'href="https://dashboard.stripe.com/{folder}/evt_77"' in page


def test_a_long_payload_is_cut(staff: Client, store: Store) -> None:
    row = store(body=json.dumps({"list": ["x" * 100] * 2000}).encode())

    page = staff.get(reverse("admin:webhooks_inboxevent_change", args=[row.pk])).content.decode()

    assert "characters in all" in page
