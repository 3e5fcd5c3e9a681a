"""The admin's front page: what waits, with the way to it, and nothing that the person may not look behind."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.clock import business_now
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Dispute, Drift, EvidenceSubmission, StaffTask, Work
from billing.terms import ObjectKind
from tests.billing.admin.mirrored_rows import dispute
from tests.billing.admin.rows import drift
from tests.billing.admin.rows_of_dunning import attempt, case
from tests.billing.admin.rows_of_refunds import refund_request
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db


def store(event_id: str, state: str) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    InboxEvent.objects.create(
        provider="stripe", endpoint="stripe", event_id=event_id, state=state, received_at=an_hour_ago
    )


def disputes_to_answer() -> None:
    """One due in a day and waiting for a second person, one due later, one over."""
    for number, (days, status) in enumerate([(1, "needs_response"), (9, "needs_response"), (1, "lost")]):
        row = dispute(2 * number)
        due_at = business_now() + timedelta(days=days)
        Dispute.objects.filter(pk=row.pk).update(evidence_due_at=due_at, status=status)
    waiting = {"kind": "submit", "phase": "chargeback", "state": "waiting", "request_key": uuid4()}
    EvidenceSubmission.objects.create(dispute=Dispute.objects.earliest("pk"), **waiting)


def sign_in(*codenames: str, **changed: Any) -> Client:
    user = User.objects.create_user("clerk@example.com", "correct horse battery", is_staff=True, **changed)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def figures(client: Client) -> dict[str, tuple[int, bool]]:
    shown = client.get("/admin/").context["figures"]
    return {figure.label: (figure.value, figure.is_bad) for figure in shown}


def test_what_waits_is_counted_and_what_should_be_nought_stands_out() -> None:
    for number, state in enumerate(["dead", "dead", "quarantined", "new", "dispatched", "done"]):
        store(f"evt_{number}", state)
    refs = [ObjectRef(ObjectKind.INVOICE, f"in_{number}") for number in range(3)]
    work.want(refs)
    Work.objects.filter(pk=refs[0].key).update(dead_at=timezone.now())
    for kind in ("dead_letter", "second_subscription", "invariant"):
        StaffTask.objects.create(key=kind, kind=kind, summary="One")
    Drift.objects.filter(pk=drift(1).pk).update(outcome="noted")
    tomorrow = business_now() + timedelta(days=1)
    case(1, state="conflict", due_at=None)
    case(2, state="awaiting_customer", due_at=None, deadline_at=tomorrow)
    case(3, state="lost", due_at=None, deadline_at=tomorrow, ended_at=tomorrow)
    attempt(4, state="unknown")
    disputes_to_answer()
    refund_request(1)
    refund_request(2, state="failed")

    assert figures(sign_in(is_superuser=True)) == {
        "Open staff tasks": (3, True),
        "Paid for twice": (1, True),
        "Broken invariants": (1, True),
        "Differences from Stripe": (1, True),
        "Disputes due": (1, True),
        "Disputes to answer": (2, False),
        "Answers to approve": (1, True),
        "Refunds to approve": (1, False),
        "Refunds that failed": (1, True),
        "Dunning conflicts": (1, True),
        "Unpaid cases that end": (1, False),
        "Tries without an answer": (1, False),
        "Dead events": (2, True),
        "Quarantined events": (1, True),
        "Events under way": (2, False),
        "Objects given up": (1, True),
        "Objects to refresh": (2, False),
    }


def test_each_figure_leads_to_the_rows_that_it_counts() -> None:
    store("evt_1", "dead")
    store("evt_2", "done")
    client = sign_in(is_superuser=True)

    for figure in client.get("/admin/").context["figures"]:
        listed = client.get(figure.url)
        assert listed.status_code == 200
        if figure.label == "Dead events":
            assert [row.event_id for row in listed.context["cl"].result_list] == ["evt_1"]


def test_an_empty_house_is_calm() -> None:
    client = sign_in(is_superuser=True)

    assert set(figures(client).values()) == {(0, False)}
    assert "None waits" in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("codenames", "labels"),
    [
        ([], set()),
        (["view_stafftask"], {"Open staff tasks", "Paid for twice", "Broken invariants"}),
        (["view_drift"], {"Differences from Stripe"}),
        (["view_inboxevent"], {"Dead events", "Quarantined events", "Events under way"}),
        (["view_dispute"], {"Disputes due", "Disputes to answer", "Answers to approve"}),
        (["view_refundrequest"], {"Refunds to approve", "Refunds that failed"}),
        (["view_dunningcase"], {"Dunning conflicts", "Unpaid cases that end"}),
        (["view_dunningattempt"], {"Tries without an answer"}),
        (["view_work"], {"Objects given up", "Objects to refresh"}),
    ],
)
def test_nobody_sees_a_number_whose_list_is_closed_to_them(codenames: list[str], labels: set[str]) -> None:
    assert set(figures(sign_in(*codenames))) == labels
