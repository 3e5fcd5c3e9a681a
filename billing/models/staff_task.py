"""Something that a person on the staff has to look at; opened once per cause."""

from datetime import datetime

from django.db import models
from django.utils import timezone

_KEY_LENGTH = 200
_SUMMARY_LENGTH = 300


class StaffTask(models.Model):
    key = models.CharField(max_length=_KEY_LENGTH, unique=True)
    kind = models.CharField(max_length=40, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.SET_NULL, null=True, blank=True, related_name="staff_tasks"
    )
    summary = models.CharField(max_length=_SUMMARY_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # On PostgreSQL the open ones come first in it, as they do in the list.
        indexes = [models.Index(fields=["-resolved_at", "-id"], name="tasks_open_first")]

    def __str__(self) -> str:
        return self.summary


def resolve_staff_tasks(kind: str, *, about: str, at: datetime) -> int:
    """Close the open tasks of this kind whose cause begins so, as nobody has to look any more. System time."""
    tasks = StaffTask.objects.filter(kind=kind, key__startswith=f"{kind}:{about}"[:_KEY_LENGTH], resolved_at=None)
    return tasks.update(resolved_at=at)


def open_staff_task(kind: str, *, about: str, summary: str, organization_id: int | None = None) -> bool:
    """One task per kind and cause; True if it is new. A long id or name must not keep it from being stored."""
    _, is_new = StaffTask.objects.get_or_create(
        key=f"{kind}:{about}"[:_KEY_LENGTH],
        defaults={"kind": kind, "organization_id": organization_id, "summary": summary[:_SUMMARY_LENGTH]},
    )
    return is_new
