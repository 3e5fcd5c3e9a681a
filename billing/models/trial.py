"""Our own trial without a card, which Stripe knows nothing of, and who has had a trial before."""

import uuid

from django.db import models
from django.utils import timezone


class LocalTrial(models.Model):
    """A trial without a card. It ends by itself, or the moment a real subscription starts."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.OneToOneField("accounts.Organization", on_delete=models.PROTECT, related_name="local_trial")
    plan = models.ForeignKey("billing.Plan", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Set when it ended before its time.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("started_at")), name="trial_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} until {self.ends_at:%Y-%m-%d}"


class TrialRedemption(models.Model):
    """One person's one trial. The e-mail is kept as a keyed digest only.

    A checkout reserves it; a checkout that expires gives it back.
    """

    email_digest = models.CharField(max_length=64, unique=True)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    checkout_intent = models.ForeignKey(
        "billing.CheckoutIntent", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.organization} {self.created_at:%Y-%m-%d}"
