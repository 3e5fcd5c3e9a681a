"""What somebody on the staff noted about a customer: personal data, which goes with the organization's erasure."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class CustomerNote(models.Model):
    """One for each form that was sent. An erased one stays as the record that there was one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="customer_notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    request_key = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True, help_text="Somebody took the text away.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_customer_note_per_request"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(text=""), name="an_erased_note_has_no_text"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="notes_by_age"),
            models.Index(fields=["organization", "-created_at"], name="notes_of_a_customer"),
        ]
        permissions = [("erase_customernote", "Can erase the text of a note")]

    def __str__(self) -> str:
        return f"Note of {self.created_at:%d %b %Y}"
