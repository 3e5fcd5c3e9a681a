"""The customer's page: who it is, what it has and why, its money, what happened, what staff noted; and what to do."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts.models import Organization
from billing.admin.customer_buttons import buttons_of
from billing.admin.customer_parts import parts_beside, parts_of
from billing.clock import business_now
from billing.models import Customer
from billing.selectors.customer_page import customer_page


def customer_url(organization_id: int) -> str:
    return reverse("admin:billing_customerpage", args=[organization_id])


def show_customer(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """One organization's page. Needs the right to view customers; each part needs that of its own rows as well."""
    if not request.user.has_perm("billing.view_customer"):
        raise PermissionDenied
    try:
        page = customer_page(organization_id, now=business_now())
    except Organization.DoesNotExist:
        raise Http404 from None
    organization = page.organization
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": str(organization),
        "opts": Customer._meta,
        "page": page,
        "parts": parts_of(page, request.user),
        "parts_beside": parts_beside(page, request.user),
        "buttons": buttons_of(page, request.user),
        "product_name": settings.PRODUCT_NAME,
        "history_url": reverse("admin:billing_organization_history", args=[organization.pk]),
        "membership": None,  # The timeline's words ask for the reader's own: staff read as nobody's member.
        "may_read_history": request.user.has_perms(["billing.view_transition", "billing.view_auditentry"]),
    }
    return TemplateResponse(request, "admin/billing/customer.html", context)
