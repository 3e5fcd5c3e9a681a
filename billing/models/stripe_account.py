"""The one account at Stripe that these rows are a copy of, and how fast its workers may ask it."""

from django.db import models
from django.utils import timezone


class StripeAccount(models.Model):
    """All processes share the row: `next_free_at` is a token bucket, `paused_until` stops everybody (system time)."""

    livemode = models.BooleanField(unique=True)
    stripe_account_id = models.CharField(max_length=255, blank=True, help_text="Whose objects the mirror holds.")
    next_free_at = models.DateTimeField(default=timezone.now, help_text="When the next call is free again.")
    paused_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is fetched before.")
    pause_reason = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.stripe_account_id or "(not known yet)"
