"""An invoice that the customer was given, with what was credited and sent back."""

from rest_framework import serializers

from billing.api.shapes.money import money, money_or_none
from billing.api.shapes.words import words_of
from billing.selectors.invoices import CreditRow, InvoiceRow
from billing.terms import InvoiceStatus

_URL = "Empty where there is none."


class CreditNoteSerializer(serializers.Serializer[CreditRow]):
    number = serializers.CharField()
    amount = money(help_text="Below zero.")
    created_at = serializers.DateTimeField()
    pdf_url = serializers.CharField(help_text=_URL)


class InvoiceSerializer(serializers.Serializer[InvoiceRow]):
    """Drafts and deleted invoices are not there. `pay_url` is filled while the invoice is open."""

    id = serializers.CharField(source="stripe_invoice_id", help_text="Stripe's id, `in_…`.")
    number = serializers.CharField()
    status = serializers.ChoiceField(words_of(InvoiceStatus))
    billing_reason = serializers.CharField(help_text="Stripe's word for why it was made.")
    total = money()
    amount_remaining = money(help_text="What is still to be paid.")
    refunded = money_or_none(help_text="What was sent back of what was paid.")
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="Where it was sent with a day to pay by.")
    paid_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()
    pay_url = serializers.CharField(help_text=_URL)
    hosted_url = serializers.CharField(help_text=_URL)
    pdf_url = serializers.CharField(help_text=_URL)
    credit_notes = CreditNoteSerializer(many=True)
