"""Starts a checkout or a trial: always by POST, with a key that makes a repeated click the same click."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.consent import record_consent
from accounts.current import require_membership
from accounts.models import Consent, Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import InvalidInput
from billing.services.checkout import start_checkout
from billing.services.local_trial import start_local_trial
from billing.web.errors import explain_failures
from billing.web.redirects import see_other
from billing.web.seat_field import read_seats


@require_POST
@require_membership(billing=True)
@explain_failures
def checkout(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open the hosted page for `lookup_key` and send the browser there (303)."""
    request_key = request_key_of(request)
    lookup_key = _posted(request, "lookup_key")
    if request.POST.get("accepts_terms") != "yes":
        raise InvalidInput("Please accept the terms first. Nothing was charged.", field="accepts_terms")
    request_ip = get_adapter().get_client_ip(request)
    intent = start_checkout(
        membership.organization,
        lookup_key=lookup_key,
        request_key=request_key,
        actor=membership.user,
        now=business_now(),
        seats=read_seats(request.POST),
        promotion_code=request.POST.get("promotion_code", "").strip(),
    )
    record_consent(
        user=membership.user,
        organization=membership.organization,
        occasion=Consent.Occasion.CHECKOUT,
        request_ip=request_ip,
        user_agent=request.headers.get("User-Agent", ""),
    )
    return see_other(intent.url)


@require_POST
@require_membership(billing=True)
@explain_failures
def trial(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Start the trial without a card of the plan with the code `plan`."""
    request_key_of(request)
    begun = start_local_trial(
        membership.organization, plan_code=_posted(request, "plan"), actor=membership.user, now=business_now()
    )
    messages.success(request, f"{begun.plan.name} is on. When the trial ends, nothing is charged.")
    return redirect("billing:overview")


def _posted(request: HttpRequest, name: str) -> str:
    value = request.POST.get(name, "").strip()
    if not value:
        raise InvalidInput("The form did not say which plan. Nothing was charged.", field=name)
    return value
