"""Staff tasks in the admin: open ones first, and closing them is recorded."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import AuditEntry, StaffTask
from tests.billing.admin.rows import staff_task
from tests.billing.factories import NOW

pytestmark = pytest.mark.django_db
LIST = "/admin/billing/stafftask/"


def resolve(client: Client, *tasks: StaffTask):
    return client.post(LIST, {"action": "resolve", "_selected_action": [task.pk for task in tasks]}, follow=True)


def listed(answer) -> list[str]:
    return [task.key for task in answer.context["cl"].result_list]


def give(permission: str) -> None:
    person = User.objects.get(email="new@example.com")
    person.user_permissions.add(Permission.objects.get(codename=permission))


def test_resolving_closes_the_chosen_tasks_and_says_who_did_it(staff: Client, superuser: User) -> None:
    first, second, third = (staff_task(number) for number in range(3))

    answer = resolve(staff, first, third)

    assert "Resolved: 2." in answer.content.decode()
    assert list(StaffTask.objects.filter(resolved_at=None)) == [second]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "subject", "actor")) == [
        ("staff_task_resolved", first.key, superuser.pk),
        ("staff_task_resolved", third.key, superuser.pk),
    ]


def test_open_tasks_stand_before_resolved_ones(staff: Client) -> None:
    tasks = [staff_task(number) for number in range(3)]
    StaffTask.objects.filter(pk=tasks[2].pk).update(resolved_at=NOW)

    assert listed(staff.get(LIST)) == [tasks[1].key, tasks[0].key, tasks[2].key]


@pytest.mark.parametrize(("chosen", "numbers"), [("no", [0]), ("yes", [1]), ("", [0, 1])])
def test_the_list_can_be_narrowed_to_open_or_resolved(staff: Client, chosen: str, numbers: list[int]) -> None:
    tasks = [staff_task(number) for number in range(2)]
    StaffTask.objects.filter(pk=tasks[1].pk).update(resolved_at=NOW)

    answer = staff.get(LIST, {"resolved": chosen} if chosen else {})

    assert listed(answer) == [tasks[number].key for number in numbers]


def test_who_may_only_view_cannot_resolve(newcomer: Client) -> None:
    give("view_stafftask")
    task = staff_task(1)

    answer = resolve(newcomer, task)

    assert "Mark as resolved" not in answer.content.decode()
    task.refresh_from_db()
    assert task.resolved_at is None


def test_who_has_the_permission_resolves(newcomer: Client) -> None:
    give("view_stafftask")
    give("change_stafftask")
    task = staff_task(1)

    resolve(newcomer, task)

    task.refresh_from_db()
    assert task.resolved_at is not None


def test_looking_at_the_list_resolves_nothing(staff: Client) -> None:
    task = staff_task(1)

    staff.get(LIST, {"action": "resolve", "_selected_action": task.pk})

    task.refresh_from_db()
    assert task.resolved_at is None
