"""Refreshes in the admin: what was given up stands out, and trying it again is a permission of its own."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import AuditEntry, Work
from tests.billing.admin.rows import wanted_work

pytestmark = pytest.mark.django_db
LIST = "/admin/billing/work/"


def dead_work(number: int) -> Work:
    row = wanted_work(number)
    row.dead_at, row.faults, row.attempts, row.last_error = timezone.now(), 8, 9, "KeyError"
    row.save()
    return row


def revive(client: Client, *rows: Work):
    return client.post(LIST, {"action": "revive", "_selected_action": [row.pk for row in rows]}, follow=True)


def give(*codenames: str) -> None:
    person = User.objects.get(email="new@example.com")
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))


def test_what_was_given_up_is_found_and_marked(staff: Client) -> None:
    dead, _ = dead_work(1), wanted_work(2)

    answer = staff.get(LIST, {"waiting": "dead"})

    assert [row.pk for row in answer.context["cl"].result_list] == [dead.pk]
    assert "Given up" in answer.content.decode()


def test_trying_again_begins_anew_and_says_who_did_it(staff: Client, superuser: User) -> None:
    dead, waiting = dead_work(1), wanted_work(2)

    answer = revive(staff, dead, waiting)

    assert "Tried again: 1." in answer.content.decode()
    dead.refresh_from_db()
    assert (dead.dead_at, dead.faults, dead.attempts) == (None, 0, 0)
    assert dead.run_at <= timezone.now()
    assert list(AuditEntry.objects.values_list("action", "subject", "actor")) == [
        ("refresh_revived", dead.pk, superuser.pk)
    ]


def test_who_may_only_view_and_change_cannot_revive(newcomer: Client) -> None:
    give("view_work", "change_work")
    dead = dead_work(1)

    answer = revive(newcomer, dead)

    assert "Try again" not in answer.content.decode()
    dead.refresh_from_db()
    assert dead.dead_at is not None


def test_who_has_the_permission_revives(newcomer: Client) -> None:
    give("view_work", "revive_work")
    dead = dead_work(1)

    revive(newcomer, dead)

    dead.refresh_from_db()
    assert dead.dead_at is None
