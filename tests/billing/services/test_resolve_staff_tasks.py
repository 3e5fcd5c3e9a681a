"""Closing staff tasks: the first one counts and stays on record."""

from datetime import timedelta

import pytest

from accounts.models import User
from billing.models import AuditEntry, StaffTask
from billing.services.resolve_staff_tasks import resolve_staff_tasks
from tests.billing.factories import NOW
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> StaffTask:
    return StaffTask.objects.create(
        key="second_subscription:sub_1:sub_2",
        kind="second_subscription",
        organization=OrganizationFactory(),
        summary="Two live subscriptions",
    )


@pytest.fixture
def sam() -> User:
    return UserFactory(is_staff=True)


def test_an_open_task_is_closed_with_a_line_in_the_audit(task: StaffTask, sam: User) -> None:
    closed = resolve_staff_tasks([task.pk], actor=sam, now=NOW)

    task.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (closed, task.resolved_at) == (1, NOW)
    assert (entry.action, entry.subject, entry.organization, entry.actor) == (
        "staff_task_resolved",
        task.key,
        task.organization,
        sam,
    )


def test_closing_again_changes_nothing(task: StaffTask, sam: User) -> None:
    resolve_staff_tasks([task.pk], actor=sam, now=NOW)

    closed = resolve_staff_tasks([task.pk], actor=UserFactory(), now=NOW + timedelta(hours=1))

    task.refresh_from_db()
    assert (closed, task.resolved_at, AuditEntry.objects.count()) == (0, NOW, 1)


def test_tasks_that_are_not_named_stay_open(task: StaffTask, sam: User) -> None:
    assert resolve_staff_tasks([task.pk + 1], actor=sam, now=NOW) == 0

    task.refresh_from_db()
    assert task.resolved_at is None


def test_a_task_of_nobody_can_be_closed(sam: User) -> None:
    orphan = StaffTask.objects.create(key="unknown:sub_9", kind="unknown_subscription", summary="No such customer")

    assert resolve_staff_tasks([orphan.pk], actor=sam, now=NOW) == 1
