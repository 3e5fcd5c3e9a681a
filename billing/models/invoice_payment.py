"""Which payment counts towards which invoice: the only way from a PaymentIntent to an invoice at Stripe."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import InvoicePaymentStatus


class InvoicePayment(models.Model):
    stripe_invoice_payment_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="invoice_payments"
    )
    livemode = models.BooleanField()
    stripe_invoice_id = models.CharField(max_length=255, db_index=True)
    stripe_payment_intent_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_charge_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=20, choices=choices_of(InvoicePaymentStatus))
    is_default = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    amount_requested_minor = models.BigIntegerField()
    amount_paid_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(help_text="At Stripe.")
    paid_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stripe_invoice_payment_id} {self.status}"
