"""Each refund, by Stripe's refund id: a fact whose outcome may change for days."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import RefundStatus


class Refund(models.Model):
    stripe_refund_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    livemode = models.BooleanField()
    stripe_charge_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True, db_index=True)
    status = models.CharField(max_length=30, blank=True, choices=choices_of(RefundStatus))
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    pending_reason = models.CharField(max_length=60, blank=True)
    failure_reason = models.CharField(max_length=60, blank=True)
    request_uuid = models.CharField(
        max_length=100, blank=True, help_text="The request of ours that made it, as its metadata says."
    )
    created_at = models.DateTimeField(help_text="At Stripe.")
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="refunds_by_age")]

    def __str__(self) -> str:
        return f"{self.stripe_refund_id} {self.status}"
