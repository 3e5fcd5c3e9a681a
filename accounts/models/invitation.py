"""An offer to join an organization; the row, not the link, decides whether it still holds."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.organization import Organization, Role
from accounts.models.user import User


class Invitation(models.Model):
    """An offer to join an organization, sent by e-mail with a signed link that expires."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail")
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField(null=True, editable=False, help_text="The click that sent the last mail.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_email",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    @property
    def role_in_words(self) -> str:
        return Role(self.role).in_words

    def is_open(self, now: datetime) -> bool:
        """Whether the offer still holds at `now` (system time)."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
