"""The button “Refund” on the pages of a charge and of an invoice."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.decorators import action

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.refund_form import refund_page
from billing.models import ChargeAttempt, Invoice
from billing.selectors.refunds import charge_of_invoice


class RefundsCharge(ReadOnlyAdmin):
    """For who may ask for refunds. Who may approve them is another permission."""

    actions_detail = ["refund"]

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("billing.request_refundrequest")

    @action(description="Refund", url_path="refund", permissions=["refund"], icon="undo")
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        charge = get_object_or_404(ChargeAttempt.objects.select_related("organization"), pk=object_id)
        way_back = reverse("admin:billing_chargeattempt_change", args=[charge.pk])
        return refund_page(request, charge, model_admin=self, way_back=way_back)


class RefundsInvoice(ReadOnlyAdmin):
    """The same, of the payment by which the invoice was paid."""

    actions_detail = ["refund"]

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("billing.request_refundrequest")

    @action(description="Refund", url_path="refund", permissions=["refund"], icon="undo")
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = get_object_or_404(Invoice, pk=object_id)
        way_back = reverse("admin:billing_invoice_change", args=[invoice.pk])
        charge = charge_of_invoice(invoice.stripe_invoice_id)
        if charge is None:
            messages.error(request, "No payment of this invoice can be given back: no card was charged for it.")
            return HttpResponseRedirect(way_back)
        return refund_page(request, charge, model_admin=self, way_back=way_back)
