"""Who did what, when, to which object: append-only, ids only, and beside it the reason in words.

The database itself refuses to change or delete an entry: `append_only.py`.
"""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
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
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="What the act changed, as it was.")
    after = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="What the act changed, as it is then."
    )
    details = models.JSONField(default=dict)
    request_id = models.CharField(
        max_length=64, blank=True, help_text="Of the request or the task; it stands in all its log lines."
    )
    created_at = models.DateTimeField(default=timezone.now)
    business_at = models.DateTimeField(
        null=True, blank=True, help_text="Business time, by which the timeline is sorted; missing on old rows."
    )

    class Meta:
        indexes = [models.Index(fields=["subject", "-created_at"], name="audit_of_a_subject")]
        verbose_name_plural = "audit entries"
        permissions = [("export_auditentry", "Can take the audit as a file")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class AuditNote(models.Model):
    """Why somebody did it, in their own words. It cannot be rewritten, but goes when its customer is erased."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.CASCADE, primary_key=True, related_name="note")
    reason = models.TextField()

    def __str__(self) -> str:
        return self.reason
