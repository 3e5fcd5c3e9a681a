"""Where a customer's own programs want to hear of changes, what they were told, and every try to tell them."""

import uuid

from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms.outgoing import DeliveryState, DisabledReason, OutgoingKind


class WebhookEndpoint(models.Model):
    """An address of a customer's. Its secrets are sealed: they sign each delivery and are shown once.

    `lease_until` and `lease` belong to the worker that sends to it now: one at a time, so that order is kept.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="webhook_endpoints"
    )
    livemode = models.BooleanField()
    request_key = models.UUIDField(help_text="Of the form that made it: a second click is the same wish.")
    url = models.TextField()
    description = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(default=list, help_text="The types of event that it wants.")
    sealed_secret = models.TextField()
    sealed_previous_secret = models.TextField(blank=True)
    previous_secret_until = models.DateTimeField(null=True, blank=True, help_text="Both sign until then.")
    rotation_key = models.UUIDField(null=True, blank=True, help_text="Of the form that replaced the secret last.")
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=10, blank=True, choices=choices_of(DisabledReason))
    failures_in_a_row = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    last_delivered_at = models.DateTimeField(null=True, blank=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    state_digest = models.CharField(max_length=64, blank=True, help_text="Of the whole state that it was told last.")
    state_check_at = models.DateTimeField(
        default=timezone.now, db_index=True, help_text="System time of the next look at the whole state."
    )
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_endpoint_per_form"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


class OutgoingEvent(models.Model):
    """What is told, as it was when it happened; append-only. `data` holds ids and states, and names nobody."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="outgoing_events"
    )
    livemode = models.BooleanField()
    kind = models.CharField(max_length=40, choices=[(kind.value, kind.value) for kind in OutgoingKind])
    cause = models.CharField(max_length=80, help_text="What it tells of: each is told once.")
    data = models.JSONField()
    business_at = models.DateTimeField(help_text="Business time of what it tells.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause", "kind"], name="one_event_per_cause_and_kind")]
        indexes = [models.Index(fields=["organization", "-created_at"], name="outgoing_by_organization")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def public_id(self) -> str:
        """The same at each try and each redelivery, so that a receiver knows what it has had."""
        return f"evt_{self.uuid.hex}"


class WebhookDelivery(models.Model):
    """One event for one address. Those of an address are numbered in the order in which they are to arrive."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OutgoingEvent, on_delete=models.CASCADE, related_name="deliveries")
    sequence = models.PositiveBigIntegerField()
    request_key = models.UUIDField(
        null=True, blank=True, unique=True, help_text="Of the form that asked for another delivery, or for a test."
    )
    state = models.CharField(max_length=10, choices=choices_of(DeliveryState), default=DeliveryState.WAITING.value)
    tries = models.PositiveIntegerField(default=0, help_text="With the one that is under way.")
    run_at = models.DateTimeField(default=timezone.now, help_text="System time of the next try.")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "sequence"], name="one_place_in_the_order")]
        indexes = [
            models.Index(
                fields=["endpoint", "sequence"], condition=models.Q(state="waiting"), name="waiting_deliveries"
            ),
            models.Index(fields=["endpoint", "-created_at"], name="delivery_by_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.state}"


class WebhookAttempt(models.Model):
    """One try and what came back: the first kilobyte of the answer, or why there was none."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(help_text="System time at which it was sent.")
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField()
    error = models.CharField(max_length=200, blank=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.number}: {self.status_code or self.error}"
