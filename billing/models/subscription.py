"""What Stripe last said of a subscription. An impossible fact is stored, too, and an alarm raised."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import SubscriptionStatus


class Subscription(models.Model):
    stripe_subscription_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="subscriptions"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, db_index=True)
    status = models.CharField(max_length=30, db_index=True, choices=choices_of(SubscriptionStatus))
    stripe_price_id = models.CharField(max_length=255, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3, blank=True)
    collection_method = models.CharField(max_length=30, blank=True)
    days_until_due = models.PositiveIntegerField(null=True, blank=True, help_text="Only where invoices are sent.")
    stripe_payment_method_id = models.CharField(max_length=255, blank=True)
    stripe_latest_invoice_id = models.CharField(max_length=255, blank=True)
    stripe_schedule_id = models.CharField(max_length=255, blank=True)

    created_at = models.DateTimeField(help_text="At Stripe.")
    current_period_start = models.DateTimeField(null=True, blank=True)
    current_period_end = models.DateTimeField(null=True, blank=True)
    trial_start = models.DateTimeField(null=True, blank=True)
    trial_end = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    cancel_at_period_end = models.BooleanField(default=False)
    canceled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancellation_reason = models.CharField(
        max_length=40, blank=True, help_text="Who or what ended it, as Stripe says."
    )
    is_collection_paused = models.BooleanField(default=False)
    resumes_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe ends the present pause.")
    paused_paid_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The end of the last period whose invoice the present pause did not hold back.",
    )
    pending_update_reference = models.CharField(
        max_length=60, blank=True, help_text="Of the change that waits at Stripe for its payment: our UUID."
    )
    pending_update_expires_at = models.DateTimeField(null=True, blank=True)
    past_due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the present run of failed payments began; grace counts from here.",
    )
    is_past_due_since_trial = models.BooleanField(
        default=False, help_text="The present run of failed payments began with the first one after the trial."
    )
    missing_card_policy = models.CharField(
        max_length=20, blank=True, help_text="What comes when the trial ends without a card."
    )
    fetched_at = models.DateTimeField()

    @property
    def terms_days(self) -> int | None:
        """Within how many days an invoice is to be paid; None where the card is charged."""
        return (self.days_until_due or 0) if self.collection_method == "send_invoice" else None

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="subscriptions_by_age")]

    def __str__(self) -> str:
        return f"{self.stripe_subscription_id} {self.status}"


class SubscriptionItem(models.Model):
    """What a subscription holds now: the mirror deletes an item that Stripe does not list any more (rule E9)."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="items")
    stripe_item_id = models.CharField(max_length=255)
    stripe_price_id = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0, help_text="In Stripe's order; the first one is the plan.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "stripe_item_id"], name="one_row_per_subscription_item"),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_item_id} {self.stripe_price_id} × {self.quantity}"
