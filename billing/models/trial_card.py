"""Which card has had the one trial of a person, and what follows when it comes back for a second."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class TrialCard(models.Model):
    """A card and the first trial that began with it. Only a keyed digest of its fingerprint stands here."""

    card_digest = models.CharField(max_length=64, unique=True)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    stripe_subscription_id = models.CharField(max_length=255)
    began_at = models.DateTimeField(help_text="At Stripe.")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.organization} {self.created_at:%Y-%m-%d}"


class TrialRefusal(models.Model):
    """Our decision to cancel a trial at Stripe, unbilled, because its card has had one.

    `{uuid}:cancel` is the key of the call. `sent_at` is set before it: from then on staff cannot withdraw it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="trial_refusals")
    stripe_subscription_id = models.CharField(max_length=255, unique=True)
    first_trial = models.ForeignKey(TrialCard, on_delete=models.PROTECT, related_name="refusals")
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.stripe_subscription_id} {self.state}"


class TrialAllowance(models.Model):
    """Staff let an organization have another trial. The next one that begins with a card uses it up."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="trial_allowances"
    )
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    stripe_subscription_id = models.CharField(max_length=255, blank=True, help_text="The trial that used it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(used_at=None), name="one_open_trial_allowance_per_organization"
            ),
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_trial_allowance_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.created_at:%Y-%m-%d}"
