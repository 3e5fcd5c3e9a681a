"""Our decisions about payment methods: a card to be added on a hosted page, another default, a removal."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import CheckoutState, IntentState


class CardSetup(models.Model):
    """Committed before the hosted page is opened; `{uuid}:session` is the idempotency key of that call."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="card_setups")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    stripe_customer_id = models.CharField(max_length=255)
    becomes_default = models.BooleanField(default=False, help_text="It pays from now on, as the person asked.")
    state = models.CharField(max_length=10, choices=choices_of(CheckoutState), default=CheckoutState.RECORDED.value)
    stripe_session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    url = models.TextField(blank=True)
    stripe_payment_method_id = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_card_setup_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class PaymentMethodChange(models.Model):
    """Another default for the customer and for these subscriptions, or the removal of a method.

    Its subscriptions are kept, so that a repeat after a crash changes the very same ones.
    """

    class Action(models.TextChoices):
        DEFAULT = "default", "Charge from now on"
        REMOVE = "remove", "Remove"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="payment_method_changes"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    action = models.CharField(max_length=7, choices=Action.choices)
    stripe_payment_method_id = models.CharField(max_length=255)
    stripe_customer_id = models.CharField(max_length=255)
    stripe_subscription_ids = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request_key"], name="one_payment_method_change_per_request"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state=IntentState.RECORDED.value),
                name="one_payment_method_change_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_payment_method_id} {self.state}"
