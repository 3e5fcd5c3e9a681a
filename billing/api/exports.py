"""A gated view: an organization's invoices as data, for those whose plan includes exports."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.current import membership_for
from billing.api.failures import BillingAPIView
from billing.api.permissions import feature_permission
from billing.errors import NotFound
from billing.selectors.invoices import InvoiceRow, invoices_to_export


class ExportsView(BillingAPIView):
    permission_classes = [IsAuthenticated, feature_permission("exports")]

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The newest invoices of the current organization; amounts in minor units, times in UTC."""
        membership = membership_for(request)
        if membership is None:
            raise NotFound()
        return Response({"invoices": [_as_json(row) for row in invoices_to_export(membership.organization)]})


def _as_json(row: InvoiceRow) -> dict[str, Any]:
    return {
        "id": row.stripe_invoice_id,
        "number": row.number,
        "status": row.status,
        "total_minor": row.total.amount_minor,
        "amount_remaining_minor": row.amount_remaining.amount_minor,
        "currency": row.total.currency,
        "created_at": row.created_at,
        "paid_at": row.paid_at,
    }
