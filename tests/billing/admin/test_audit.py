"""The audit in the admin: what an entry shows, and the same as a file, by filter, for whom it is allowed."""

import csv
import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing import audit
from billing.models import AuditEntry
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:billing_auditentry_changelist")


@pytest.fixture
def auditor() -> Client:
    user = User.objects.create_user("audra@example.com", "correct horse battery", is_staff=True)
    user.groups.add(Group.objects.get(name="auditor"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def entries() -> list[AuditEntry]:
    una = User.objects.create_user("una@example.com", "correct horse battery", is_staff=True)
    return [
        audit.record("trial_extend", subject="sub_1", organization=OrganizationFactory(), actor=una, reason="=1+1"),
        audit.record("dunning_held", subject="case", organization=None, actor=una, before={"n": 1}, after={"n": 2}),
        audit.record("card_added", subject="pm_1", organization=None, actor=None),
    ]


def take(client: Client, name: str, where: str = "") -> Any:
    rows = {"action": name, "select_across": "1", "_selected_action": [AuditEntry.objects.first().pk]}
    return client.post(f"{LIST}{where}", rows)


def text_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_as_json_it_is_every_entry_with_before_after_and_reason(auditor: Client, entries: list[AuditEntry]) -> None:
    response = take(auditor, "export_json")

    rows = json.loads(text_of(response))
    assert [row["uuid"] for row in rows] == [str(entry.uuid) for entry in entries]
    assert [row["actor"] for row in rows] == ["staff", "staff", "machine"]
    assert (rows[0]["reason"], rows[1]["before"], rows[1]["after"]) == ("=1+1", {"n": 1}, {"n": 2})
    assert "attachment" in response["Content-Disposition"]
    assert "example.com" not in json.dumps(rows)


def test_as_csv_no_cell_is_a_formula(auditor: Client, entries: list[AuditEntry]) -> None:
    rows = list(csv.DictReader(text_of(take(auditor, "export_csv")).splitlines()))

    assert [row["action"] for row in rows] == ["trial_extend", "dunning_held", "card_added"]
    assert (rows[0]["reason"], json.loads(rows[1]["after"])) == ("'=1+1", {"n": 2})


def test_only_what_the_filter_shows_is_in_it(auditor: Client, entries: list[AuditEntry]) -> None:
    rows = json.loads(text_of(take(auditor, "export_json", "?who=machine")))

    assert [row["action"] for row in rows] == ["card_added"]


def test_who_took_it_stands_in_the_audit(auditor: Client, entries: list[AuditEntry]) -> None:
    response = take(auditor, "export_csv", "?who=staff")

    noted = AuditEntry.objects.get(action="audit_exported")
    assert noted.actor == User.objects.get(email="audra@example.com")
    assert noted.details == {"file_type": "csv", "entries": 2, "up_to": entries[1].pk}
    assert noted.request_id == response["X-Request-ID"]


def test_more_than_a_page_of_it_is_complete_and_in_order(auditor: Client, entries: list[AuditEntry]) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(action="a", subject=str(number)) for number in range(1001))

    rows = json.loads(text_of(take(auditor, "export_json")))

    assert [row["subject"] for row in rows[3:]] == [str(number) for number in range(1001)]


def test_who_may_only_look_takes_no_file(newcomer: Client, entries: list[AuditEntry]) -> None:
    person = User.objects.get(email="new@example.com")
    person.user_permissions.add(Permission.objects.get(codename="view_auditentry"))

    response = take(newcomer, "export_json")

    assert not response.streaming
    assert not AuditEntry.objects.filter(action="audit_exported").exists()


def test_the_page_of_an_entry_tells_why(auditor: Client, entries: list[AuditEntry]) -> None:
    audit.record("a", subject="x", organization=None, actor=None, reason="Alice asked for it.")
    entry = AuditEntry.objects.latest("pk")

    page = auditor.get(reverse("admin:billing_auditentry_change", args=[entry.pk])).content.decode()

    assert "Alice asked for it." in page
