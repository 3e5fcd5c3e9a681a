"""A write that came over the API, under the key by which its sender repeats it, with the answer that it got."""

from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import ApiRequestState

_REQUEST_KEY = "request_key"


class ApiRequest(models.Model):
    """Committed before anything is done. All times are system time.

    `attempt` fences: an answer is stored only by the attempt that is the latest. `lease_until` says until when a
    running one is believed to run.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="api_requests")
    api_key = models.ForeignKey(
        "billing.ApiKey", on_delete=models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    caller = models.CharField(
        max_length=60, help_text="Who repeats it: a person, or a key and those that replace it."
    )
    idempotency_key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    body_hash = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=choices_of(ApiRequestState), default=ApiRequestState.RUNNING.value
    )
    attempt = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text="The body that was answered.")
    content_type = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API request"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "caller", "idempotency_key"], name="one_api_request_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def request_key(self) -> UUID:
        """What the services know the wish by: the same at each attempt, so that a repeat is no second wish."""
        return uuid5(self.uuid, _REQUEST_KEY)
