"""Sends a person into Stripe's customer portal and takes them back; the way back is a name of a fixed table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.services.portal import open_portal
from billing.services.portal_return import catch_up_after_portal
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


@require_safe
@require_membership(billing=True)
@explain_failures
def portal_return(request: HttpRequest, membership: Membership) -> HttpResponse:
    """So that the billing page shows what was just done there, and not what the webhooks have brought so far."""
    catch_up_after_portal(membership.organization)
    return redirect("billing:overview")
