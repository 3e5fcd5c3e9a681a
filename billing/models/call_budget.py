"""How many calls the workers of one Stripe account may still make: a token bucket that all processes share."""

from django.db import models
from django.utils import timezone


class CallBudget(models.Model):
    """`next_free_at` is when the bucket is full again; it moves on with each call taken (system time)."""

    account = models.CharField(max_length=80, primary_key=True, help_text="provider/account/mode")
    next_free_at = models.DateTimeField(default=timezone.now)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is fetched before.")
    pause_reason = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.account
