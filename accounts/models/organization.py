"""The payer, and who belongs to it in which role; not what it pays for."""

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.reader import Reader
from accounts.models.user import User


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    BILLING = "billing", "Billing manager"
    MEMBER = "member", "Member"

    @property
    def in_words(self) -> str:
        """The role within a sentence: "an owner"."""
        article = "an" if self == Role.OWNER else "a"
        return f"{article} {self.label.lower()}"


class Organization(Reader):
    """The payer. One person who signs up alone has one, too."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField("billing e-mail", help_text="Where invoices and billing notices go.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Deleted: what is left is a pseudonym for the books."
    )
    team_changed_at = models.DateTimeField(
        null=True, editable=False, db_index=True, help_text="When somebody joined, left, or was invited last."
    )

    class Meta:
        indexes = [
            models.Index(Lower("email"), name="organizations_by_email"),
            models.Index(fields=["-created_at", "-id"], name="organizations_by_age"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's role in one organization."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="memberships_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization} ({self.role})"

    @property
    def role_in_words(self) -> str:
        return Role(self.role).in_words

    @property
    def can_manage_billing(self) -> bool:
        return self.role in (Role.OWNER, Role.BILLING)

    @property
    def can_manage_team(self) -> bool:
        return self.role == Role.OWNER
