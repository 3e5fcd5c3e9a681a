"""Pausing a plan and going on with it: two pages that say what is charged and when before anything is done."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import BillingError, CardDeclined, InvalidInput
from billing.selectors.overview import billing_overview
from billing.selectors.pausing import pause_page
from billing.services.pause import PauseLength, pause
from billing.services.resume import resume, resume_offer
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures

_DECLINED = "The payment did not go through, and nothing was taken. Your plan stays paused. Please use another card."


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def pause_plan(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render_pause(request, membership)
    try:
        pause(
            membership.organization,
            _length(request),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )
    except InvalidInput as error:
        return _render_pause(request, membership, refusal=error)
    messages.success(request, "Your plan is paused. Nothing is charged before the day named below.")
    return redirect("billing:overview")


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def resume_plan(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render_resume(request, membership)
    try:
        resume(
            membership.organization,
            shown_minor=_shown_minor(request),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )
    except CardDeclined as error:
        return _render_resume(request, membership, refusal=CardDeclined(_DECLINED, **error.details))
    messages.success(request, "Your plan goes on.")
    return redirect("billing:overview")


def _length(request: HttpRequest) -> PauseLength:
    """What the form says: a number of months, or a day."""
    chosen = request.POST.get("length", "")
    if chosen != "day":
        return PauseLength(months=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 3 else 0)
    try:
        return PauseLength(resumes_on=date.fromisoformat(request.POST.get("resumes_on", "")))
    except ValueError:
        raise InvalidInput("Please choose the day on which the plan goes on.", field="resumes_on") from None


def _shown_minor(request: HttpRequest) -> int:
    """The amount that the page named, in minor units; none counts as nothing."""
    shown = request.POST.get("shown_minor", "")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 15 else 0


def _render_pause(
    request: HttpRequest, membership: Membership, *, refusal: InvalidInput | None = None
) -> HttpResponse:
    context = {
        "page": pause_page(membership.organization, business_now()),
        "refusal": refusal,
        "refused_field": refusal.details.get("field") if refusal else "",
        "given": request.POST,
        "place": "billing",
        **company_rules(),
    }
    return render(request, "billing/pause.html", context, status=refusal.status if refusal else 200)


def _render_resume(
    request: HttpRequest, membership: Membership, *, refusal: BillingError | None = None
) -> HttpResponse:
    now = business_now()
    context = {
        "offer": resume_offer(membership.organization, now),
        "page": billing_overview(membership.organization, now),
        "refusal": refusal,
        "place": "billing",
    }
    return render(request, "billing/resume.html", context, status=refusal.status if refusal else 200)
