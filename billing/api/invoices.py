"""The invoices that the customer was given."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import Filters, MomentFilter
from billing.api.shapes.invoices import InvoiceSerializer
from billing.api.shapes.words import words_of
from billing.api.view import ApiListView, ApiView
from billing.clock import business_now
from billing.models import Invoice
from billing.selectors.invoices import invoice_row, invoice_rows, with_what_came_back
from billing.terms import ApiScope, InvoiceStatus

_TAGS = ["Invoices"]


class InvoiceFilter(Filters):
    status = filters.ChoiceFilter(
        choices=[one for one in words_of(InvoiceStatus) if one[0] != InvoiceStatus.DRAFT.value]
    )
    created_from = MomentFilter("created_at", "gte", label="Made then or later.")
    created_before = MomentFilter("created_at", "lt", label="Made before.")

    class Meta:
        model = Invoice
        fields: list[str] = []


class InvoicesView(ApiListView):
    read_scope = ApiScope.INVOICES_READ
    model = Invoice
    filterset_class = InvoiceFilter
    serializer_class = InvoiceSerializer

    @extend_schema(operation_id="list_invoices", tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Invoices, the newest first. Drafts are not shown."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        rows: Any = with_what_came_back(page or (), now=business_now())
        return self.get_paginated_response(InvoiceSerializer(rows, many=True).data)

    def rows(self) -> QuerySet[Invoice]:
        return invoice_rows(self.caller.organization)


class InvoiceView(ApiView):
    read_scope = ApiScope.INVOICES_READ

    @extend_schema(operation_id="get_invoice", tags=_TAGS, responses=InvoiceSerializer)
    def get(self, request: Request, invoice: str) -> Response:
        """One invoice, by Stripe's id."""
        return Response(InvoiceSerializer(invoice_row(self.caller.organization, invoice, now=business_now())).data)
