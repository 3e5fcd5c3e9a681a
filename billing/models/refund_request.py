"""Money that somebody asked to give back: a decision of ours, committed before Stripe hears of it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import (
    FREED_REFUND_STATES,
    AccessChoice,
    CreditReason,
    RefundOrigin,
    RefundReason,
    RefundState,
    StaffRole,
)

_USER = settings.AUTH_USER_MODEL


class RefundRequest(models.Model):
    """Charge and amount never change after the row is stored: they are frozen with the key `{uuid}:refund`.

    `requested_at` and `decided_at` are business time. `is_unfinished` marks what the sweep has to go on with: a
    refund to send, a credit note to write, a plan to end.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="refund_requests"
    )
    charge = models.ForeignKey("billing.ChargeAttempt", on_delete=models.PROTECT, related_name="refund_requests")
    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="refund_requests"
    )
    livemode = models.BooleanField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(help_text="With tax: what goes back.")
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    origin = models.CharField(
        max_length=10, choices=choices_of(RefundOrigin), default=RefundOrigin.STAFF.value, editable=False
    )
    reason = models.CharField(max_length=60, blank=True, choices=choices_of(RefundReason))
    credit_reason = models.CharField(max_length=30, blank=True, choices=choices_of(CreditReason))
    note = models.CharField(max_length=300, blank=True, help_text="For the record. Customers do not see it.")
    access = models.CharField(max_length=20, choices=choices_of(AccessChoice), default=AccessChoice.KEEP.value)
    request_key = models.UUIDField(unique=True, default=uuid4)
    requested_by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        _USER,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The second person; nobody where the limit of the first was enough.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(
        max_length=20, choices=choices_of(RefundState), default=RefundState.REQUESTED.value, db_index=True
    )
    stripe_refund_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    failure_reason = models.CharField(max_length=60, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    stripe_credit_note_id = models.CharField(max_length=255, blank=True)
    wants_credit_note = models.BooleanField(default=False)
    credit_note_failure = models.CharField(max_length=300, blank=True)
    credit_note_sent_at = models.DateTimeField(null=True, blank=True, help_text="System time.")
    wants_end = models.BooleanField(default=False, help_text="The end of the plan is still to be recorded.")
    is_unfinished = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved, in system time.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="System time.")
    run_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("request_refundrequest", "Can ask for a refund"),
            ("approve_refundrequest", "Can approve or reject a refund"),
            ("block_buyer_refundrequest", "Can refund as fraudulent, which blocks the buyer at Stripe"),
            ("close_refundrequest", "Can close a failed refund"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_is_above_nought"),
            models.CheckConstraint(
                condition=models.Q(amount_minor=models.F("net_minor") + models.F("tax_minor")),
                name="refund_is_net_and_tax",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("requested_by")),
                name="refund_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["pending", "requires_action", "succeeded"])
                | models.Q(stripe_refund_id__isnull=False),
                name="refund_that_was_taken_has_an_id",
            ),
        ]
        indexes = [
            models.Index(fields=["run_at"], condition=models.Q(is_unfinished=True), name="refund_requests_to_go_on")
        ]

    @property
    def is_freed(self) -> bool:
        return self.state in FREED_REFUND_STATES

    def __str__(self) -> str:
        return f"Refund {str(self.uuid)[:8]}"


class RefundPart(models.Model):
    """What of one line of the invoice goes back."""

    request = models.ForeignKey(RefundRequest, on_delete=models.CASCADE, related_name="parts")
    stripe_line_id = models.CharField(max_length=255)
    description = models.CharField(max_length=300, blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    note_minor = models.BigIntegerField(
        null=True, blank=True, help_text="What the credit note takes of the line; nothing where it names no line."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "stripe_line_id"], name="one_part_per_line_of_a_refund"),
            models.CheckConstraint(condition=models.Q(net_minor__gt=0), name="refund_part_is_above_nought"),
        ]

    def __str__(self) -> str:
        return self.description or self.stripe_line_id


class RefundLimit(models.Model):
    """What a role may give back on its own word, in one currency. Without a row it may nothing."""

    role = models.CharField(max_length=20, choices=choices_of(StaffRole))
    currency = models.CharField(max_length=3, help_text="In lower case, such as eur.")
    per_charge_minor = models.BigIntegerField(help_text="Of one charge, in the currency's smallest unit.")
    per_day_minor = models.BigIntegerField(help_text="In 24 hours, in the currency's smallest unit.")
    window_days = models.PositiveIntegerField(help_text="How old a charge may be.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "currency"], name="one_refund_limit_per_role_and_currency"),
            models.CheckConstraint(
                condition=models.Q(per_charge_minor__gte=0, per_day_minor__gte=models.F("per_charge_minor")),
                name="refund_limits_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} in {self.currency.upper()}"
