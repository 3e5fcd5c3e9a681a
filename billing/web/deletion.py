"""Deleting an organization: an owner reads what is lost, types its name, and hears whether Stripe has confirmed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import BillingError, InvalidInput, StripeKeyRefused, StripeRefused, StripeUnreachable
from billing.selectors.deletion import deletion_page
from billing.services.erase_organization import erase_organization
from billing.web.errors import explain_failures


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(team=True)
@explain_failures
def delete(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render(request, membership)
    name = membership.organization.name
    try:
        erase_organization(
            membership.organization,
            typed_name=request.POST.get("name", ""),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )
    except (InvalidInput, StripeUnreachable, StripeKeyRefused, StripeRefused) as error:
        return _render(request, membership, refusal=error)
    messages.success(request, f"{name} is deleted. Nothing will be charged any more.")
    return redirect("accounts:start")


def _render(request: HttpRequest, membership: Membership, *, refusal: BillingError | None = None) -> HttpResponse:
    context = {
        "page": deletion_page(membership.organization, business_now()),
        "refusal": refusal,
        "is_wrong_name": isinstance(refusal, InvalidInput),
        "given_name": request.POST.get("name", ""),
        "place": "team",
    }
    return render(request, "billing/delete.html", context, status=refusal.status if refusal else 200)
