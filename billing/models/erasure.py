"""Somebody's decision to delete an organization, and how far that has come."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class Erasure(models.Model):
    """Stripe is stopped first (`stopped_at`), then our rows are emptied (`erased_at`), then webhook bodies.

    While it is recorded the organization stays as it is and can buy nothing; a failed one leaves it as it is.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="erasures")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, help_text="System time.")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="One at a time talks to Stripe about it.")
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="Stripe has confirmed that nothing is live.")
    erased_at = models.DateTimeField(null=True, blank=True, help_text="Our rows hold nothing personal any more.")
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text="When webhooks that came late were last looked through."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state=IntentState.RECORDED.value),
                name="one_open_erasure_per_organization",
            ),
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_erasure_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.state}"
