"""A discount as Stripe applies it (the mirror), who has used which code, and our decisions to give or remove one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import CouponDuration, IntentState


class Discount(models.Model):
    """Written with the row of its owner, because Stripe shows it only there. It has no address of its own."""

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
    code = models.CharField(max_length=100, blank=True, help_text="The promotion code, as a person types it.")
    coupon_name = models.CharField(max_length=100, blank=True)
    percent_off = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    amount_off_minor = models.BigIntegerField(null=True, blank=True)
    amount_off_currency = models.CharField(max_length=3, blank=True)
    duration = models.CharField(max_length=10, blank=True, choices=choices_of(CouponDuration))
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False, help_text="Its owner has it no longer.")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_coupon_id} {self.stripe_discount_id}"


class DiscountChange(models.Model):
    """Somebody's decision to redeem a code for a running subscription, or to remove its discounts.

    `discounts` is the whole list that Stripe is told, so that a repeat after a crash sends the very same.
    """

    class Action(models.TextChoices):
        APPLY = "apply", "Apply a code"
        REMOVE = "remove", "Remove the discount"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="discount_changes"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    action = models.CharField(max_length=6, choices=Action.choices)
    stripe_subscription_id = models.CharField(max_length=255)
    code = models.CharField(max_length=100, blank=True)
    stripe_promotion_code_id = models.CharField(max_length=255, blank=True)
    discounts = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_discount_change_per_request"),
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=Q(state=IntentState.RECORDED.value),
                name="one_discount_change_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.code or self.stripe_subscription_id} {self.state}"


class PromotionCodeUse(models.Model):
    """That an organization has used a code, or is about to: the database refuses a second use.

    Given back when the checkout or the change that it was reserved for leads nowhere.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="code_uses")
    livemode = models.BooleanField()
    stripe_promotion_code_id = models.CharField(max_length=255)
    code = models.CharField(max_length=100)
    checkout_intent = models.OneToOneField(
        "billing.CheckoutIntent", on_delete=models.PROTECT, null=True, blank=True, related_name="code_use"
    )
    discount_change = models.OneToOneField(
        DiscountChange, on_delete=models.PROTECT, null=True, blank=True, related_name="code_use"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "livemode", "stripe_promotion_code_id"],
                name="one_use_of_a_code_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.code
