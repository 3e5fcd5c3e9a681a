"""What a card holder's bank contests or warns of, by Stripe's id."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import DisputeStatus


class Dispute(models.Model):
    """A chargeback, or an inquiry before one. A status that we do not know is stored as it came."""

    stripe_dispute_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="disputes"
    )
    livemode = models.BooleanField()
    stripe_charge_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=40, db_index=True, choices=choices_of(DisputeStatus))
    reason = models.CharField(max_length=60, blank=True)
    network_reason_code = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    is_charge_refundable = models.BooleanField(default=False, help_text="No money was withdrawn: an inquiry.")
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    has_evidence = models.BooleanField(default=False)
    is_past_due = models.BooleanField(default=False)
    submission_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(help_text="At Stripe.")
    fetched_at = models.DateTimeField()

    class Meta:
        permissions = [
            ("draft_dispute", "Can draft and stage evidence for a dispute"),
            ("submit_dispute", "Can submit evidence for a dispute"),
            ("approve_dispute", "Can approve what another person wants to submit or accept"),
            ("accept_dispute", "Can accept the loss of a dispute"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="disputes_by_age"),
            models.Index(fields=["status", "evidence_due_at"], name="disputes_by_deadline"),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_dispute_id} {self.status}"


class EarlyFraudWarning(models.Model):
    """A bank's hint that a charge is probably fraudulent; no money has moved yet."""

    stripe_early_fraud_warning_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="early_fraud_warnings"
    )
    livemode = models.BooleanField()
    stripe_charge_id = models.CharField(max_length=255, db_index=True)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True)
    fraud_type = models.CharField(max_length=60)
    is_actionable = models.BooleanField(help_text="Neither refunded in full nor disputed yet.")
    created_at = models.DateTimeField(help_text="At Stripe.")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_early_fraud_warning_id} {self.fraud_type}"
