"""A plan of later changes to a subscription, as Stripe holds it."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import ScheduleStatus


class SubscriptionSchedule(models.Model):
    stripe_schedule_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="subscription_schedules"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, db_index=True)
    stripe_subscription_id = models.CharField(max_length=255, blank=True, db_index=True)
    status = models.CharField(max_length=20, choices=choices_of(ScheduleStatus))
    end_behavior = models.CharField(max_length=20, blank=True)
    current_phase_end = models.DateTimeField(null=True, blank=True)
    next_stripe_price_id = models.CharField(
        max_length=255, blank=True, help_text="Of the phase after the current one."
    )
    next_quantity = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(help_text="At Stripe.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Completed, released or canceled.")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_schedule_id} {self.status}"
