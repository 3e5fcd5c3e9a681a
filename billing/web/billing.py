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

_SHOWN = {"": False, "all": False, "open": True}
_LAST_PAGE = 10_000


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
    page = invoice_page(membership.organization, number=_page_number(request), is_open_only=_SHOWN[show])
    return render(request, "billing/invoices.html", {"page": page, "show": show or "all", "tab": "invoices"})


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdigit() or not 0 < int(number[:6]) <= _LAST_PAGE:
        raise InvalidInput("There is no such page.", field="page")
    return int(number[:6])
