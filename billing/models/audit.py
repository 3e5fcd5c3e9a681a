"""Who did what, when, to which object: append-only, ids only."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.CharField(max_length=60, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="audit_entries",
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(max_length=255, help_text="An id: sub_…, cs_…, or a UUID of ours.")
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    business_at = models.DateTimeField(
        null=True, blank=True, help_text="Business time, by which the timeline is sorted; missing on old rows."
    )

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
