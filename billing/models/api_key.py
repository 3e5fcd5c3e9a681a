"""What a program shows to be let in: the hash of a secret, and what it may be used for."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiKey(models.Model):
    """One key of one organization in one environment. The secret itself is shown once and kept nowhere.

    All times are system time. `lineage` is the same for a key and those that replace it, so that a program which
    changes its key in the middle of a repeat is known as the same.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="api_keys")
    livemode = models.BooleanField()
    name = models.CharField(max_length=80)
    public_id = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    scopes = models.JSONField(default=list)
    lineage = models.UUIDField(default=uuid4, editable=False)
    request_key = models.UUIDField(help_text="The click that made it.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_api_key_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.shown})"

    @property
    def prefix(self) -> str:
        return f"bk_{'live' if self.livemode else 'test'}_{self.public_id}"

    @property
    def shown(self) -> str:
        """What a person knows it by: never enough to use it."""
        return f"{self.prefix}_…{self.last_four}"
