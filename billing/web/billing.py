"""The billing page and the list of invoices: everybody in the organization may look, some may act."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.current import require_membership
from accounts.models import Membership
from billing.clock import business_now
from billing.errors import InvalidInput
from billing.selectors.invoices import invoice_page
from billing.selectors.overview import billing_overview, who_may_act
from billing.web.choosing import take_chosen
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures
from billing.web.page_number import page_number

_SHOWN = {"": False, "all": False, "open": True}


@require_safe
@require_membership()
@explain_failures
def overview(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The first visit after a sign-up that began with a plan leads on to that plan."""
    chosen = take_chosen(request)
    if chosen and membership.can_manage_billing:
        return redirect("billing:choose", lookup_key=chosen)
    context = {
        "page": billing_overview(membership.organization, business_now()),
        "tab": "overview",
        "who_may_act": () if membership.can_manage_billing else who_may_act(membership.organization),
        **company_rules(),
    }
    return render(request, "billing/overview.html", context)


@require_safe
@require_membership()
@explain_failures
def invoices(request: HttpRequest, membership: Membership) -> HttpResponse:
    show = request.GET.get("show", "")
    if show not in _SHOWN:
        raise InvalidInput("Show all invoices, or the open ones.", field="show")
    page = invoice_page(
        membership.organization, number=page_number(request), now=business_now(), is_open_only=_SHOWN[show]
    )
    return render(request, "billing/invoices.html", {"page": page, "show": show or "all", "tab": "invoices"})
