"""Promotion codes for a plan that runs, and the end of a discount: its effect is shown before anything changes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import BillingError, SumChanged
from billing.selectors.discount_page import discount_page
from billing.services.discount_preview import preview_code, preview_removal
from billing.services.discounts import apply_code, remove_discounts
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures
from billing.web.shown_sum import read_sum


@require_safe
@require_membership(billing=True)
@explain_failures
def discount(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What runs, the field for a code, and with a code what it makes of the next invoice."""
    return _page(request, membership, code=request.GET.get("code", "").strip())


@require_POST
@require_membership(billing=True)
@explain_failures
def apply(request: HttpRequest, membership: Membership) -> HttpResponse:
    code = request.POST.get("code", "").strip()
    try:
        change = apply_code(
            membership.organization,
            code=code,
            shown=read_sum(request),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )
    except SumChanged as error:
        return _page(request, membership, code=code, stale=error)
    messages.success(request, f"The code {change.code} lowers your invoices from now on.")
    return redirect("billing:overview")


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def remove(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A page with its own address; the discount goes only by its button."""
    stale = None
    if request.method == "POST":
        try:
            remove_discounts(
                membership.organization,
                shown=read_sum(request),
                request_key=request_key_of(request),
                actor=membership.user,
                now=business_now(),
            )
        except SumChanged as error:
            stale = error
        else:
            messages.success(request, "The discount is removed. What you have paid with it stays paid.")
            return redirect("billing:overview")
    context = {
        "preview": preview_removal(membership.organization, business_now()),
        "page": discount_page(membership.organization, business_now()),
        "stale": stale,
        **company_rules(),
    }
    return render(request, "billing/discount_remove.html", context, status=stale.status if stale else 200)


def _page(
    request: HttpRequest, membership: Membership, *, code: str, stale: SumChanged | None = None
) -> HttpResponse:
    now = business_now()
    context = {"page": discount_page(membership.organization, now), "code": code, "stale": stale, **company_rules()}
    status = stale.status if stale else 200
    if code:
        try:
            context["preview"] = preview_code(membership.organization, code=code, now=now)
        except BillingError as error:
            context["refusal"], status = error, error.status
    return render(request, "billing/discount.html", context, status=status)
