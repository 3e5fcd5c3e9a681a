"""Sends a person into Stripe's customer portal; where it leads back to is a name of a fixed table."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.services.portal import open_portal
from billing.web.errors import explain_failures
from billing.web.redirects import see_other


@require_POST
@require_membership(billing=True)
@explain_failures
def portal(request: HttpRequest, membership: Membership) -> HttpResponse:
    request_key_of(request)
    address = open_portal(
        membership.organization,
        return_to=request.POST.get("return_to", "billing"),
        actor=membership.user,
        now=business_now(),
    )
    return see_other(address)
