"""The append-only record: what an entry holds, and that the database lets nobody rewrite it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from structlog.contextvars import bound_contextvars

from accounts.models import Organization, User
from billing import audit
from billing.models import AuditEntry, AuditNote
from billing.models.personal import empty_personal_columns
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> AuditEntry:
    return audit.record(
        "trial_extend",
        subject="sub_1",
        organization=OrganizationFactory(),
        actor=User.objects.create_user("una@example.com", "correct horse battery"),
        before={"ends_at": None},
        after={"ends_at": datetime(2026, 12, 1, tzinfo=UTC)},
        reason=" Alice asked for it. ",
        change="c1",
    )


def is_refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as refusal:
        return "append-only" in str(refusal)
    return False


def run(sql: str, *values: object) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    return act


def test_an_entry_tells_what_it_was_before_and_is_after_and_why(entry: AuditEntry) -> None:
    entry.refresh_from_db()

    assert (entry.before, entry.after) == ({"ends_at": None}, {"ends_at": "2026-12-01T00:00:00Z"})
    assert (entry.details, entry.note.reason) == ({"change": "c1"}, "Alice asked for it.")


def test_without_a_reason_there_is_no_note() -> None:
    audit.record("portal_opened", subject="cus_1", organization=None, actor=None, reason="  ")

    assert AuditNote.objects.count() == 0


def test_it_is_found_by_the_id_that_the_log_has() -> None:
    with bound_contextvars(request_id="req-12345678"):
        asked = audit.record("a", subject="x", organization=None, actor=None)
    with bound_contextvars(task="billing.sweep", task_id="task-1"):
        swept = audit.record("a", subject="x", organization=None, actor=None)

    assert (asked.request_id, swept.request_id) == ("req-12345678", "task-1")


@pytest.mark.parametrize("field", [f.attname for f in AuditEntry._meta.concrete_fields])
def test_no_column_of_an_entry_can_be_rewritten(entry: AuditEntry, field: str) -> None:
    other = audit.record("b", subject="y", organization=None, actor=None)
    values = {
        "id": 10_000_000,
        "uuid": "00000000-0000-0000-0000-000000000000",
        "organization_id": OrganizationFactory().pk,
        "actor_id": User.objects.create_user("eve@example.com", "correct horse battery").pk,
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
        "business_at": None,
    }
    value = values.get(field, {"x": "y"} if field in ("before", "after", "details") else "z")

    for row in (entry, other):  # The other one has no organization and no actor: none can be put in, either.
        if getattr(row, field) != value:
            assert is_refused(lambda pk=row.pk: AuditEntry.objects.filter(pk=pk).update(**{field: value}))


def test_no_entry_can_be_deleted_or_replaced(entry: AuditEntry) -> None:
    columns = ", ".join(connection.ops.quote_name(field.column) for field in AuditEntry._meta.concrete_fields)
    table, pk = AuditEntry._meta.db_table, entry.pk

    assert is_refused(entry.delete)
    assert is_refused(AuditEntry.objects.all().delete)
    assert is_refused(run(f"DELETE FROM {table} WHERE id = %s", pk))  # noqa: S608
    if connection.vendor == "sqlite":
        again = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s"  # noqa: S608
        assert is_refused(run(again, pk))
    assert AuditEntry.objects.filter(pk=pk).exists()


def test_a_deleted_person_leaves_the_entry_without_its_actor(entry: AuditEntry) -> None:
    actor = entry.actor
    assert actor is not None

    actor.delete()

    entry.refresh_from_db()
    assert (entry.actor_id, entry.action) == (None, "trial_extend")


def test_a_note_cannot_be_rewritten_but_goes_with_its_customer(entry: AuditEntry) -> None:
    assert is_refused(lambda: AuditNote.objects.filter(pk=entry.pk).update(reason="Nothing happened."))
    assert isinstance(entry.organization, Organization)

    empty_personal_columns(entry.organization.pk)

    assert not AuditNote.objects.exists()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_on_sqlite_the_trigger_names_every_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'billing_auditentry_update'")
        (sql,) = cursor.fetchone()

    assert set(re.findall(r'NEW\."(\w+)"', sql)) == {field.column for field in AuditEntry._meta.concrete_fields}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_the_triggers_outlive_the_emptying_of_the_test_database(time: int) -> None:
    entry = audit.record("a", subject="x", organization=None, actor=None)

    assert AuditEntry.objects.count() == 1
    assert is_refused(entry.delete)
    if connection.vendor == "postgresql":  # It needs a transaction in which nothing else was done to the table.
        assert is_refused(run("TRUNCATE billing_auditentry CASCADE"))
