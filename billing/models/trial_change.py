"""Staff's decision to let a trial last longer, or to end it before its time."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class TrialChange(models.Model):
    """Of a trial of ours (`local_trial`) or of one at Stripe. `{uuid}:{action}` is the key of the call."""

    class Action(models.TextChoices):
        EXTEND = "extend", "Extend the trial"
        END = "end", "End the trial now"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="trial_changes")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    action = models.CharField(max_length=6, choices=Action.choices)
    reason = models.CharField(max_length=300)
    local_trial = models.ForeignKey(
        "billing.LocalTrial", on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    stripe_subscription_id = models.CharField(max_length=255, blank=True)
    ended_before_at = models.DateTimeField(help_text="The end that the trial had.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="The end that it is to have; none for at once.")
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_trial_change_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_subscription_id or self.local_trial_id} {self.state}"
