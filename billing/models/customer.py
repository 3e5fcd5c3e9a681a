"""The link between an organization and its one Stripe customer per mode, and what Stripe says of that customer."""

import uuid

from django.db import models
from django.utils import timezone


class Customer(models.Model):
    """Committed without a Stripe id before the customer is created; the UUID is the idempotency key of that call.

    The other inputs of that call are kept until Stripe has answered, so that a repeat sends the very same ones
    although the organization may have changed its name meanwhile.
    A customer that was deleted at Stripe stays as history; the organization gets a new one when it buys again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="billing_customers"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    creation_name = models.CharField(max_length=120, blank=True)
    creation_email = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    stripe_created_at = models.DateTimeField(null=True, blank=True, help_text="At Stripe.")
    currency = models.CharField(max_length=3, blank=True, help_text="Set by Stripe with the first invoice.")
    default_stripe_payment_method_id = models.CharField(max_length=255, blank=True)
    is_delinquent = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="customers_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "livemode"],
                condition=models.Q(is_deleted=False),
                name="one_customer_per_organization_and_mode",
            ),
        ]
        permissions = [("resync_customer", "Can have all of a customer fetched from Stripe again")]

    def __str__(self) -> str:
        return self.stripe_customer_id or f"{self.organization} (being created)"
