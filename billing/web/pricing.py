"""The pricing page, for visitors and for customers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.current import membership_for
from billing.clock import business_now
from billing.selectors.access_promise import least_access
from billing.selectors.overview import who_may_act
from billing.selectors.pricing import pricing_page
from billing.web.company_rules import company_rules, unpaid_days
from billing.web.errors import explain_failures


@require_safe
@explain_failures
def pricing(request: HttpRequest) -> HttpResponse:
    membership = membership_for(request)
    page = pricing_page(
        membership,
        interval=request.GET.get("interval", ""),
        currency=request.GET.get("currency", "").lower(),
        now=business_now(),
    )
    is_onlooker = membership is not None and not membership.can_manage_billing
    context = {
        "page": page,
        "money_style": "whole" if page.has_whole_prices else "",
        "is_onlooker": is_onlooker,
        "who_may_act": who_may_act(membership.organization) if membership and is_onlooker else (),
        "place": "billing" if membership else "pricing",
        **company_rules(),
        **unpaid_days(least_access()),
    }
    return render(request, "billing/pricing.html", context)
