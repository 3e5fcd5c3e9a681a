"""A checkout that we opened (the intent), and what Stripe says of its session (the mirror)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import CheckoutState


class CheckoutIntent(models.Model):
    """Committed before the session is created. `{uuid}:session` is the idempotency key of that call.

    It stores what was decided for the call, so that a repeat after a crash sends the very same parameters. After a
    change of the settings that go along Stripe refuses the repeat; the intent then ends, and another begins.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="checkout_intents"
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1, help_text="Seats; 1 where the plan has none.")
    trial_days = models.PositiveIntegerField(default=0)
    trial_end = models.DateTimeField(null=True, blank=True, help_text="The rest of a local trial.")
    promotion_code = models.CharField(max_length=100, blank=True, help_text="As it was typed.")
    stripe_promotion_code_id = models.CharField(max_length=255, blank=True)
    stripe_customer_id = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=choices_of(CheckoutState), default=CheckoutState.RECORDED.value)
    stripe_session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    url = models.TextField(blank=True)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=[CheckoutState.RECORDED.value, CheckoutState.OPEN.value]),
                name="one_open_checkout_per_organization",
            ),
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_checkout_per_request"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="checkout_has_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class CheckoutSession(models.Model):
    """What Stripe last said of a Checkout session, ours or anybody's."""

    stripe_session_id = models.CharField(max_length=255, unique=True)
    livemode = models.BooleanField()
    mode = models.CharField(max_length=20)
    status = models.CharField(max_length=20, blank=True)
    payment_status = models.CharField(max_length=30, blank=True)
    client_reference_id = models.CharField(max_length=200, blank=True)
    stripe_customer_id = models.CharField(max_length=255, blank=True)
    stripe_subscription_id = models.CharField(max_length=255, blank=True)
    stripe_setup_intent_id = models.CharField(max_length=255, blank=True)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_session_id} {self.status}"
