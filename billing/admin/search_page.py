"""One box for whatever staff have at hand; what is one customer's alone leads straight to that customer's page."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from billing.admin.customer_page import customer_url
from billing.models import Customer
from billing.selectors.customer_search import Found, search_customers

_LONGEST = 200


def search(request: HttpRequest, *, model_admin: ModelAdmin) -> HttpResponse:
    """Needs the right to view customers. Nothing is changed by it."""
    if not request.user.has_perm("billing.view_customer"):
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    found = search_customers(text) if text else Found()
    if found.only is not None:
        return HttpResponseRedirect(customer_url(found.only))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Find a customer",
        "opts": Customer._meta,
        "text": text,
        "found": found,
    }
    return TemplateResponse(request, "admin/billing/search.html", context)
