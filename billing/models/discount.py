"""A discount as Stripe applies it to a customer or a subscription; it has no address of its own at Stripe."""

from django.db import models


class Discount(models.Model):
    """Written with the row of its owner, because Stripe shows it only there."""

    stripe_discount_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="discounts"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_subscription_id = models.CharField(
        max_length=255, blank=True, db_index=True, help_text="Empty where the customer has it."
    )
    stripe_coupon_id = models.CharField(max_length=255)
    stripe_promotion_code_id = models.CharField(max_length=255, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False, help_text="Its owner has it no longer.")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_coupon_id} {self.stripe_discount_id}"
