"""A gated view: an organization's invoices as data, for those whose plan includes exports."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.permissions import feature_permission
from billing.api.shapes.words import words_of
from billing.api.view import ApiView
from billing.selectors.invoices import InvoiceRow, invoices_to_export
from billing.terms import ApiScope, InvoiceStatus


class ExportedInvoice(serializers.Serializer[InvoiceRow]):
    id = serializers.CharField(source="stripe_invoice_id", help_text="`in_…`")
    number = serializers.CharField()
    status = serializers.ChoiceField(words_of(InvoiceStatus))
    total_minor = serializers.IntegerField(source="total.amount_minor")
    amount_remaining_minor = serializers.IntegerField(source="amount_remaining.amount_minor")
    currency = serializers.CharField(source="total.currency")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class Export(serializers.Serializer[Any]):
    invoices = ExportedInvoice(many=True)


class ExportsView(ApiView):
    permission_classes = [feature_permission("exports")]
    read_scope = ApiScope.INVOICES_READ

    @extend_schema(responses=Export, operation_id="exports_retrieve", tags=["Exports"])
    def get(self, request: Request) -> Response:
        """The newest invoices, up to a thousand; amounts in minor units, times in UTC. The plan needs `exports`."""
        rows = invoices_to_export(self.caller.organization)
        return Response(Export({"invoices": rows}).data)
