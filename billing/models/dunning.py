"""The ledger of unpaid invoices: a case for each, a row before each try, and the cards that we may not try again."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import (
    IN_FLIGHT_ATTEMPT_STATES,
    OPEN_CASE_STATES,
    AttemptState,
    AttemptTrigger,
    BlockReach,
    CaseState,
    CaseStep,
    DeclineClass,
)

_OPEN = [state.value for state in OPEN_CASE_STATES]
_WAITS = [CaseState.WAITING.value, CaseState.AWAITING_CUSTOMER.value]
_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]


class DunningCase(models.Model):
    """One unpaid invoice. Times are business time; `deadline_at` and the days of access come from its policy.

    `due_at` is the moment of the next automatic try, None unless it waits for one.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="dunning_cases")
    livemode = models.BooleanField()
    stripe_invoice_id = models.CharField(max_length=255, unique=True)
    stripe_subscription_id = models.CharField(max_length=255, db_index=True)
    policy = models.ForeignKey("billing.DunningPolicy", on_delete=models.PROTECT, related_name="cases")
    collector = models.CharField(max_length=10, help_text="Who retries: we, or Stripe while we watch.")
    state = models.CharField(max_length=20, choices=choices_of(CaseState))
    amount_minor = models.BigIntegerField(help_text="What was left to pay when the case was opened.")
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64)
    is_time_zone_guessed = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True)

    opened_at = models.DateTimeField(help_text="The first failure.")
    deadline_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True, help_text="Staff asked for no try before.")
    read_only_at = models.DateTimeField(null=True, blank=True)
    access_closes_at = models.DateTimeField(null=True, blank=True)
    last_try_at = models.DateTimeField()
    last_notice_at = models.DateTimeField(null=True, blank=True, help_text="The notice before the end was made.")
    ended_at = models.DateTimeField(null=True, blank=True)
    run_at = models.DateTimeField(
        default=timezone.now, help_text="System time; work on it that failed waits until then."
    )

    decline_class = models.CharField(max_length=20, choices=choices_of(DeclineClass), blank=True)
    decline_code = models.CharField(max_length=100, blank=True)
    card_fingerprint = models.CharField(max_length=100, blank=True)
    waits_for = models.CharField(max_length=20, blank=True, help_text="Why only the customer can go on.")
    end_reason = models.CharField(max_length=40, blank=True)
    retries = models.PositiveIntegerField(default=0, help_text="Automatic tries so far; others are not counted.")
    retries_of_class = models.PositiveIntegerField(default=0)

    message_step = models.CharField(
        max_length=20, choices=choices_of(CaseStep), blank=True, help_text="The newest mail about a failure."
    )
    message_key = models.CharField(max_length=20, blank=True, help_text="The words of that mail.")
    message_due_at = models.DateTimeField(null=True, blank=True, help_text="Business time at which it is written.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CaseState.WAITING.value, due_at__isnull=False)
                | (~Q(state=CaseState.WAITING.value) & Q(due_at=None)),
                name="a_waiting_case_has_its_moment",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="case_amount_is_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at=None) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="a_case_ends_with_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at", "id"], name="dunning_queue"),
            # Partial, so that a sweep costs the same however many cases are over.
            models.Index(fields=["due_at"], condition=Q(state=CaseState.WAITING.value), name="dunning_cases_due"),
            models.Index(fields=["deadline_at"], condition=Q(state__in=_OPEN), name="dunning_cases_by_deadline"),
            models.Index(
                fields=["deadline_at"],
                condition=Q(state__in=_WAITS, last_notice_at=None),
                name="dunning_cases_to_warn",
            ),
            models.Index(fields=["run_at"], condition=Q(state=CaseState.CLOSING.value), name="dunning_cases_closing"),
            models.Index(fields=["organization", "-opened_at"], name="dunning_by_organization"),
            models.Index(
                fields=["message_due_at"], condition=Q(message_due_at__isnull=False), name="dunning_mails_due"
            ),
        ]
        permissions = [
            ("hold_dunningcase", "Can hold a dunning case"),
            ("retry_dunningcase", "Can retry the payment of a dunning case"),
            ("extend_dunningcase", "Can extend the deadline of a dunning case"),
            ("forgive_dunningcase", "Can forgive the invoice of a dunning case"),
            ("settle_conflict_dunningcase", "Can settle the conflict of a dunning case"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    def __str__(self) -> str:
        return f"{self.stripe_invoice_id} {self.state}"


class DunningAttempt(models.Model):
    """A try of ours, committed before Stripe is asked; `{uuid}:pay` is the idempotency key.

    `sent_at` is business time, `sent_system_at` system time: the key is safe for 23 h of it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="attempts")
    seq = models.PositiveIntegerField()
    trigger = models.CharField(max_length=20, choices=choices_of(AttemptTrigger))
    state = models.CharField(max_length=10, choices=choices_of(AttemptState), default=AttemptState.PLANNED.value)
    stripe_payment_method_id = models.CharField(max_length=255, blank=True)
    card_fingerprint = models.CharField(max_length=100, blank=True, db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_system_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="System time; somebody is at it until then.")
    run_at = models.DateTimeField(default=timezone.now, help_text="System time of the next look at it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    stripe_charge_id = models.CharField(max_length=255, blank=True)
    decline_code = models.CharField(max_length=100, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="dunning_attempts_are_numbered"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=_IN_FLIGHT), name="one_dunning_attempt_in_flight"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AttemptState.PLANNED.value, AttemptState.SKIPPED.value])
                | Q(sent_at__isnull=False, sent_system_at__isnull=False),
                name="a_sent_attempt_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["run_at"], condition=Q(state__in=_IN_FLIGHT), name="dunning_attempts_in_flight"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.state}"


class CardBlock(models.Model):
    """A card that we never try again, whatever starts it: the network, the bank or its holder forbade it."""

    card_fingerprint = models.CharField(max_length=100)
    reach = models.CharField(max_length=10, choices=choices_of(BlockReach))
    reason = models.CharField(max_length=100, help_text="The code that said so.")
    stripe_charge_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card_fingerprint", "reach"], name="one_block_per_card_and_reach"),
        ]

    def __str__(self) -> str:
        return f"{self.card_fingerprint} {self.reason}"


class CaseEvent(models.Model):
    """What happened to a case, append-only. `details` hold ids, codes and times, nothing personal."""

    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(help_text="Business time.")
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="events_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
