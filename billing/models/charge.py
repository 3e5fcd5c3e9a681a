"""Each try to collect money, by Stripe's charge id: a fact, kept for ever."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import ChargeStatus


class ChargeAttempt(models.Model):
    stripe_charge_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="charge_attempts"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_invoice_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=20, choices=choices_of(ChargeStatus))
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    amount_captured_minor = models.BigIntegerField(default=0)
    amount_refunded_minor = models.BigIntegerField(default=0)
    is_disputed = models.BooleanField(default=False)
    failure_code = models.CharField(max_length=100, blank=True)
    decline_code = models.CharField(max_length=100, blank=True)
    advice_code = models.CharField(max_length=100, blank=True)
    network_decline_code = models.CharField(max_length=20, blank=True)
    network_advice_code = models.CharField(max_length=20, blank=True)
    outcome_type = models.CharField(max_length=30, blank=True, help_text="`blocked` is Stripe's own refusal.")
    stripe_payment_method_id = models.CharField(max_length=255, blank=True)
    card_brand = models.CharField(max_length=30, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_fingerprint = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(help_text="At Stripe.")
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="charges_by_age"),
            # Networks count the tries on a card in a window of days.
            models.Index(fields=["card_fingerprint", "created_at"], name="charges_of_a_card"),
            # Staff look for a customer by a payment's id, or by what stands on the card.
            models.Index(fields=["stripe_payment_intent_id"], name="charges_by_intent"),
            models.Index(fields=["card_last4", "-created_at"], name="charges_by_last_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_charge_id} {self.status}"
