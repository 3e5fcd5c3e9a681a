"""What was taken back from a final invoice, by Stripe's credit note id."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import CreditNoteStatus


class CreditNote(models.Model):
    stripe_credit_note_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="credit_notes"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, blank=True, db_index=True)
    stripe_invoice_id = models.CharField(max_length=255, db_index=True)
    number = models.CharField(max_length=100, blank=True)
    type = models.CharField(max_length=30, blank=True, help_text="Before or after the invoice was paid, or both.")
    status = models.CharField(max_length=20, choices=choices_of(CreditNoteStatus))
    reason = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    pdf_url = models.TextField(blank=True)
    created_at = models.DateTimeField(help_text="At Stripe.")
    voided_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number or self.stripe_credit_note_id
