"""Everything that happened to an organization, for staff: with the ids, and with what customers do not read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts.models import Organization
from billing.admin.shown import NOTHING
from billing.clock import business_now
from billing.selectors.history import history_page

_NEEDED = ("billing.view_transition", "billing.view_auditentry")


def history_link(organization: Organization | None) -> SafeString | str:
    """A link to the page, for the pages of rows that belong to an organization."""
    if organization is None:
        return NOTHING
    url = reverse("admin:billing_organization_history", args=[organization.pk])
    return format_html('<a class="font-medium underline" href="{}">All that happened to {}</a>', url, organization)


def show_history(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """One page of it, the newest on top. Needs the rights to view transitions and the audit."""
    if not request.user.has_perms(_NEEDED):
        raise PermissionDenied
    organization = get_object_or_404(Organization, pk=organization_id)
    asked = request.GET.get("page", "1")
    number = int(asked[:6]) if asked.isascii() and asked.isdigit() else 1
    page = history_page(organization, number=number, now=business_now(), for_staff=True)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": f"All that happened to {organization}",
        "opts": model_admin.model._meta,
        "page": page,
        "product_name": settings.PRODUCT_NAME,
        "newer": f"?page={page.number - 1}" if page.has_newer else "",
        "older": f"?page={page.number + 1}" if page.has_older else "",
    }
    return TemplateResponse(request, "admin/billing/history.html", context)
