"""Opens a page only to a plan with a feature: access_for decides, this answers 402 with the offer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Membership
from billing.clock import business_now
from billing.selectors.access import access_for
from billing.selectors.offers import feature_offer
from billing.web.company_rules import company_rules


def require_feature(feature: str) -> Callable[..., Any]:
    """Guard a view that `require_membership` guards already: `@require_feature("exports")` stands below it.

    The view gets the organization's access as its third argument.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def gated(request: HttpRequest, membership: Membership, *args: Any, **kwargs: Any) -> HttpResponse:
            access = access_for(membership.organization, business_now())
            if access.has(feature):
                return view(request, membership, access, *args, **kwargs)
            offer = feature_offer(membership.organization, feature=feature)
            context = {"access": access, "offer": offer, **company_rules()}
            return render(request, "billing/feature_missing.html", context, status=402)

        return gated

    return decorate
