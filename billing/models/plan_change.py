"""A change of plan or seats that was shown (the preview) and one that was decided (the intent)."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.rules.change_outcome import ChangeOutcome
from billing.terms import (
    UNFINISHED_CHANGE_STATES,
    ChangeBehaviour,
    ChangeDirection,
    PlanChangeState,
    ReleaseReason,
)


class ChangePreview(models.Model):
    """What Stripe said a change would cost, and the inputs with which it is then made, the proration date among them.

    `basis` is a digest of everything at Stripe that the amounts rest on (items, discounts, balance, period): if it is
    another when the change is made, the person is shown a new preview. `lines` hold description, amount_minor,
    is_proration, stripe_price_id, quantity, starts_at and ends_at (ISO 8601), as Stripe gave them.
    """

    WAITS = "pending_if_incomplete"
    """The payment behaviour under which a change takes effect only when it is paid."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    stripe_subscription_id = models.CharField(max_length=255, db_index=True)
    stripe_item_id = models.CharField(max_length=255)
    from_price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, null=True, related_name="+")
    from_quantity = models.PositiveIntegerField()
    price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    direction = models.CharField(max_length=4, choices=choices_of(ChangeDirection))
    behaviour = models.CharField(max_length=20, choices=choices_of(ChangeBehaviour))
    proration_behavior = models.CharField(max_length=20, default="none", help_text="Stripe's word.")
    payment_behavior = models.CharField(max_length=30, default="allow_incomplete", help_text="Stripe's word.")
    proration_at = models.DateTimeField(help_text="Business time; sent to Stripe with preview and change.")
    effective_at = models.DateTimeField(help_text="When the new price begins.")
    basis = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    due_now_minor = models.BigIntegerField(help_text="What is charged at once; never below zero.")
    subtotal_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(help_text="Below zero where credit is left over.")
    balance_applied_minor = models.BigIntegerField(
        default=0, help_text="Of the customer's balance, as Stripe signs it."
    )
    lines = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True, blank=True, help_text="Of the invoice after that.")
    next_subtotal_minor = models.BigIntegerField(default=0)
    next_discount_minor = models.BigIntegerField(default=0)
    next_tax_minor = models.BigIntegerField(default=0)
    next_balance_applied_minor = models.BigIntegerField(default=0)
    next_amount_minor = models.BigIntegerField(help_text="What is due then, if nothing else changes.")
    next_lines = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="System time.")

    def __str__(self) -> str:
        return f"{self.uuid} {self.stripe_subscription_id}"

    @property
    def is_planned(self) -> bool:
        """It waits for the period's end."""
        return self.behaviour == ChangeBehaviour.PERIOD_END

    @property
    def valid_until(self) -> datetime:
        """The same moment as `expires_at`, in business time."""
        return self.proration_at + (self.expires_at - self.created_at)

    @property
    def bills_now(self) -> bool:
        return self.proration_behavior == "always_invoice"


class PlanChange(models.Model):
    """Committed before Stripe is asked; `{uuid}:{step}` is the key of each call, and its metadata hold the UUID."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="plan_changes")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    preview = models.ForeignKey(
        ChangePreview, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    stripe_subscription_id = models.CharField(max_length=255, db_index=True)
    from_price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, null=True, related_name="+")
    from_quantity = models.PositiveIntegerField()
    price = models.ForeignKey("billing.Price", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    direction = models.CharField(max_length=4, choices=choices_of(ChangeDirection))
    behaviour = models.CharField(max_length=20, choices=choices_of(ChangeBehaviour))
    state = models.CharField(
        max_length=20, choices=choices_of(PlanChangeState), default=PlanChangeState.RECORDED.value, db_index=True
    )
    stripe_invoice_id = models.CharField(max_length=255, blank=True, help_text="The invoice that the change made.")
    stripe_schedule_id = models.CharField(max_length=255, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True, help_text="When a scheduled change happens.")
    pays_until = models.DateTimeField(null=True, blank=True, help_text="When an unpaid change is given up by Stripe.")
    revision = models.PositiveIntegerField(default=0, help_text="Counts the tries to write or release the schedule.")
    written_revision = models.PositiveIntegerField(default=0, help_text="The last one that Stripe took.")
    written_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe took it; system time.")
    wanted_revision = models.PositiveIntegerField(
        default=0, help_text="Above the written one: the subscription changed, and what waits is to be written anew."
    )
    release_reason = models.CharField(
        max_length=20, blank=True, choices=choices_of(ReleaseReason), help_text="Why the schedule is let go of."
    )
    released_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe had let go of the schedule.")
    undo_request_key = models.UUIDField(null=True, blank=True)
    is_announced = models.BooleanField(default=False, help_text="Its end was put into a mail, or needs none.")
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=Q(state__in=[state.value for state in UNFINISHED_CHANGE_STATES]),
                name="one_pending_change_per_subscription",
            ),
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_plan_change_per_request"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="plan_change_has_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


def scheduled_change(stripe_subscription_id: str) -> PlanChange | None:
    """The change of this subscription that waits for its period's end, locked where a transaction is open."""
    waiting = PlanChange.objects.filter(
        stripe_subscription_id=stripe_subscription_id, state=PlanChangeState.SCHEDULED.value
    )
    return waiting.select_for_update(of=("self",)).first() if connection.in_atomic_block else waiting.first()


def let_go_of_change(stripe_subscription_id: str, *, reason: ReleaseReason) -> bool:
    """Note that a planned change is given up; whoever notes it releases the schedule, or else a sweep does.

    The first reason stays: False where there is one already, or nothing is planned. Safe to repeat.
    """
    noted = PlanChange.objects.filter(
        stripe_subscription_id=stripe_subscription_id, state=PlanChangeState.SCHEDULED.value, release_reason=""
    ).update(release_reason=reason.value)
    return bool(noted)


def end_change(change: PlanChange, state: PlanChangeState, *, at: datetime, failure: str = "") -> bool:
    """Close a change that is not closed yet; `at` is business time. False if somebody else was first."""
    has_ended = PlanChange.objects.filter(
        pk=change.pk, state__in=[unfinished.value for unfinished in UNFINISHED_CHANGE_STATES]
    ).update(state=state.value, failure=failure[:200], ended_at=at)
    change.refresh_from_db()
    return bool(has_ended)


def settle_change(change: PlanChange, outcome: ChangeOutcome | None, *, at: datetime) -> bool:
    """Bring a change that is not over to this outcome; `at` is business time. False if it is None, or came too late.

    Safe to repeat: a change that is over stays as it ended.
    """
    if outcome is None:
        return False
    values: dict[str, Any] = {"state": outcome.state.value, "failure": outcome.failure[:200]}
    if outcome.stripe_invoice_id:
        values["stripe_invoice_id"] = outcome.stripe_invoice_id
    if outcome.pays_until is not None:
        values["pays_until"] = outcome.pays_until
    if outcome.state not in UNFINISHED_CHANGE_STATES:
        values |= {"ended_at": at, "is_announced": outcome.is_told}
    unfinished = [found.value for found in UNFINISHED_CHANGE_STATES]
    has_moved = PlanChange.objects.filter(pk=change.pk, state__in=unfinished).update(**values)
    change.refresh_from_db()
    return bool(has_moved)
