"""Somebody's decision to end a subscription, at its period's end, on a date or at once, or to take that back."""

from django.db import models

from billing.models.intent import Intent


class CancelRequest(Intent):
    class Action(models.TextChoices):
        CANCEL = "cancel", "Cancel at period end"
        CANCEL_AT = "cancel_at", "Cancel on a date"
        CANCEL_NOW = "cancel_now", "Cancel now"
        UNDO = "undo", "Undo the cancellation"

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="cancel_requests"
    )
    action = models.CharField(max_length=10, choices=Action.choices)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="The date that was chosen.")
    reason = models.CharField(max_length=30, blank=True, help_text="One of Stripe's cancellation reasons.")
    comment = models.TextField(blank=True)
    voids_open_invoices = models.BooleanField(
        default=False, help_text="What was owed when it was decided is not asked for any more."
    )
    voids_stripe_invoice_id = models.CharField(
        max_length=255, blank=True, help_text="The invoice of a change of plan that is given up with it."
    )
    wants_refund = models.BooleanField(default=False, help_text="Of what was paid for the rest of the period.")
    unused_minor = models.BigIntegerField(null=True, blank=True, help_text="That rest, as Stripe worked it out.")
    unused_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        permissions = [("end_now_cancelrequest", "Can end a customer's plan at once")]
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_cancel_request_per_request"),
            models.CheckConstraint(
                condition=models.Q(unused_minor=None) | models.Q(unused_minor__gte=0), name="unused_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_subscription_id} {self.state}"
