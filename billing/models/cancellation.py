"""Somebody's decision to end a subscription at its period's end, or to take that back."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class CancelRequest(models.Model):
    class Action(models.TextChoices):
        CANCEL = "cancel", "Cancel at period end"
        UNDO = "undo", "Undo the cancellation"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="cancel_requests"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    action = models.CharField(max_length=6, choices=Action.choices)
    stripe_subscription_id = models.CharField(max_length=255)
    reason = models.CharField(max_length=30, blank=True, help_text="One of Stripe's cancellation reasons.")
    comment = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_cancel_request_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_subscription_id} {self.state}"
