"""Somebody's wish to have billing mail go to another address, which holds only once that address has said so."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone


class BillingEmailChange(models.Model):
    """Bound to the organization, the new and the old address. A newer wish replaces an open one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="billing_email_changes"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, help_text="System time.")
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="By a newer wish, or taken back.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_email_change_per_request"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(confirmed_at=None, replaced_at=None),
                name="one_open_email_change_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.created_at:%Y-%m-%d}"

    def is_open(self, now: datetime) -> bool:
        """Whether the link still works at `now` (system time)."""
        return self.confirmed_at is None and self.replaced_at is None and now < self.expires_at
