"""Use case: somebody on the staff has dealt with what was brought up, and closes it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from billing import audit
from billing.models import StaffTask


def resolve_staff_tasks(task_ids: Iterable[int], *, actor: User, now: datetime) -> int:
    """Close those of the tasks that are open, with a line each in the audit. Returns how many were open.

    `now` is system time. Safe to repeat: the first one to close a task counts, and stays on record.
    """
    with transaction.atomic():
        tasks = list(
            StaffTask.objects.select_for_update(of=("self",))
            .select_related("organization")
            .filter(pk__in=list(task_ids), resolved_at=None)
            .order_by("pk")
        )
        for task in tasks:
            task.resolved_at = now
            task.save(update_fields=["resolved_at"])
            audit.record(
                "staff_task_resolved",
                subject=task.key,
                organization=task.organization,
                actor=actor,
                before={"resolved_at": None},
                after={"resolved_at": now},
            )
    return len(tasks)
