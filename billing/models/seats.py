"""Changes of the number of seats that were decided, and when an organization's seats are to follow its people."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import ChangeBehaviour, IntentState, SeatChangeOrigin


class SeatChange(models.Model):
    """Committed before Stripe is asked; `{uuid}:charged` and `{uuid}:final` are the keys of its two steps.

    Stripe's quantity goes from `from_quantity` to `charged_quantity` for money until the period ends, then to
    `quantity` for none: seats that were given up and are paid until then come back for nothing. Equal numbers need no
    call. `held_quantity` seats are paid until `period_end` once it has succeeded.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="seat_changes")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    origin = models.CharField(max_length=10, choices=choices_of(SeatChangeOrigin))
    preview = models.ForeignKey(
        "billing.ChangePreview", on_delete=models.PROTECT, null=True, blank=True, related_name="seat_changes"
    )
    stripe_subscription_id = models.CharField(max_length=255, db_index=True)
    stripe_item_id = models.CharField(max_length=255)
    price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, related_name="+")
    from_quantity = models.PositiveIntegerField()
    charged_quantity = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    held_quantity = models.PositiveIntegerField()
    behaviour = models.CharField(max_length=20, choices=choices_of(ChangeBehaviour))
    proration_at = models.DateTimeField(help_text="Business time.")
    period_end = models.DateTimeField(help_text="Of the period in which it was decided.")
    pooled_minor = models.BigIntegerField(
        default=0, help_text="What stood ready for the next invoice after it, beside the renewal, before tax."
    )
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=Q(state=IntentState.RECORDED.value),
                name="one_open_seat_change_per_subscription",
            ),
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_seat_change_per_request"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, charged_quantity__gt=0), name="seat_change_keeps_a_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_subscription_id} {self.from_quantity} to {self.quantity}"


class SeatSync(models.Model):
    """When an organization's seats are to follow its people; one row each, however many come and go. System time.

    `waits_since` is set while a change of the team waits for a quiet time; `due_at` is when it is looked at.
    """

    organization = models.OneToOneField("accounts.Organization", on_delete=models.CASCADE, related_name="seat_sync")
    seen_change_at = models.DateTimeField(null=True, blank=True)
    waits_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    trued_up_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Seats of {self.organization_id}"
