"""What staff gave a customer towards later invoices: a decision, committed before Stripe's balance is changed."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class CustomerCredit(models.Model):
    """`{uuid}:credit` is the key of the one call, and the UUID stands in the metadata of what it makes at Stripe."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="customer_credits"
    )
    stripe_customer_id = models.CharField(max_length=255)
    amount_minor = models.BigIntegerField(help_text="Above zero: what the customer has to pay less.")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    request_key = models.UUIDField()
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    stripe_transaction_id = models.CharField(max_length=255, blank=True, help_text="In the customer's balance.")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_credit_per_request"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="a_credit_is_above_zero"),
            models.UniqueConstraint(
                fields=["stripe_transaction_id"],
                condition=~models.Q(stripe_transaction_id=""),
                name="one_credit_per_transaction",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(state=IntentState.RECORDED.value), name="credits_left_open"
            ),
            models.Index(fields=["requested_by", "-created_at"], name="credits_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"
