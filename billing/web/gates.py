"""Opens a page only to a plan with a feature, and a form only while it may be written; entitlements_for decides.

What stays closed answers 402: with the offer, or with what is owed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.models import Membership
from billing.clock import business_now
from billing.errors import ReadOnly
from billing.rules.entitlement import Access
from billing.selectors.entitlements import entitlements_for
from billing.selectors.offers import feature_offer
from billing.web.company_rules import company_rules


def require_feature(feature: str) -> Callable[..., Any]:
    """Guard a view that `require_membership` guards already: `@require_feature("exports")` stands below it.

    The view gets the organization's access as its third argument.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def gated(request: HttpRequest, membership: Membership, *args: Any, **kwargs: Any) -> HttpResponse:
            access = entitlements_for(membership.organization, business_now())
            if access.has(feature):
                return view(request, membership, access, *args, **kwargs)
            offer = feature_offer(membership.organization, feature=feature)
            context = {"access": access, "offer": offer, **company_rules()}
            return render(request, "billing/feature_missing.html", context, status=402)

        return gated

    return decorate


_LOOKING = ("GET", "HEAD", "OPTIONS")
_HTML, _JSON = "text/html", "application/json"


def require_writing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Guard a view that writes: while the organization may only read, the form is shown and what it sends is refused.

    It stands below `require_membership`, and below `require_feature` if there is one. The refusal has the code
    `read_only`; who asks for JSON gets it as `{"code", "message", "read_only_at", "closes_at"}`.
    """

    @wraps(view)
    def gated(request: HttpRequest, membership: Membership, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in _LOOKING:
            return view(request, membership, *args, **kwargs)
        given = next((one for one in args if isinstance(one, Access)), None)
        access = given or entitlements_for(membership.organization, business_now())
        if access.is_read_only:
            return _refuse_writing(request, membership, access)
        return view(request, membership, *args, **kwargs)

    return gated


def _refuse_writing(request: HttpRequest, membership: Membership, access: Access) -> HttpResponse:
    failure = ReadOnly(read_only_at=access.read_only_at, closes_at=access.until)
    if request.get_preferred_type([_HTML, _JSON]) == _JSON:
        body = {"code": failure.code, "message": failure.message, **failure.details}
        return JsonResponse(body, status=failure.status)
    context = {"access": access, "membership": membership, "failure": failure}
    return render(request, "billing/read_only.html", context, status=failure.status)
