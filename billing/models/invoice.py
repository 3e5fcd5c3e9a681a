"""What Stripe last said of an invoice."""

from django.db import models

from billing.models.choices import choices_of
from billing.terms import Authentication, InvoiceStatus


class Invoice(models.Model):
    stripe_invoice_id = models.CharField(max_length=255, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, db_index=True)
    stripe_subscription_id = models.CharField(max_length=255, blank=True, db_index=True)
    number = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, db_index=True, choices=choices_of(InvoiceStatus))
    billing_reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    amount_due_minor = models.BigIntegerField()
    amount_paid_minor = models.BigIntegerField()
    amount_remaining_minor = models.BigIntegerField()
    attempt_count = models.PositiveIntegerField(default=0)
    has_been_attempted = models.BooleanField(default=False)
    collection_method = models.CharField(max_length=30, blank=True)
    authentication = models.CharField(
        max_length=20,
        choices=choices_of(Authentication),
        default=Authentication.NONE.value,
        help_text="Whether the bank wants the customer to confirm the payment.",
    )
    hosted_invoice_url = models.TextField(blank=True)
    invoice_pdf_url = models.TextField(blank=True)
    created_at = models.DateTimeField(help_text="At Stripe.")
    due_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    next_payment_attempt_at = models.DateTimeField(null=True, blank=True)
    is_deleted = models.BooleanField(default=False)
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="invoices_by_age"),
            models.Index(fields=["organization", "-created_at"], name="invoice_by_organization"),
            models.Index(fields=["number"], condition=~models.Q(number=""), name="invoice_by_number"),
        ]

    def __str__(self) -> str:
        return self.number or self.stripe_invoice_id
