"""Cancelling at the end of the paid period, and taking it back: a page with its own address, never a dialog."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import InvalidInput
from billing.selectors.leaving import LeavingPage, leaving_page
from billing.services.cancellation import cancel_at_period_end, undo_cancellation
from billing.terms import CancellationReason
from billing.web.errors import explain_failures

REASON_WORDS = {
    CancellationReason.TOO_EXPENSIVE: "It costs too much",
    CancellationReason.MISSING_FEATURES: "Something that we need is missing",
    CancellationReason.SWITCHED_SERVICE: "We use something else now",
    CancellationReason.UNUSED: "We do not use it enough",
    CancellationReason.CUSTOMER_SERVICE: "The help was not good enough",
    CancellationReason.TOO_COMPLEX: "It is too hard to use",
    CancellationReason.LOW_QUALITY: "It does not work well enough",
    CancellationReason.OTHER: "Something else",
}


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def cancel(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render(request, leaving_page(membership.organization, business_now()))
    request_key = request_key_of(request)
    try:
        cancel_at_period_end(
            membership.organization,
            reason=request.POST.get("reason", ""),
            comment=request.POST.get("comment", "").strip(),
            request_key=request_key,
            actor=membership.user,
            now=business_now(),
        )
    except InvalidInput as error:
        return _render(request, leaving_page(membership.organization, business_now()), refusal=error)
    messages.success(request, "Your plan is cancelled. Nothing changes before the day named below.")
    return redirect("billing:overview")


@require_POST
@require_membership(billing=True)
@explain_failures
def undo_cancel(request: HttpRequest, membership: Membership) -> HttpResponse:
    undo_cancellation(
        membership.organization,
        request_key=request_key_of(request),
        actor=membership.user,
        now=business_now(),
    )
    messages.success(request, "The cancellation is taken back. Your plan goes on as before.")
    return redirect("billing:overview")


def _render(request: HttpRequest, page: LeavingPage, *, refusal: InvalidInput | None = None) -> HttpResponse:
    context = {
        "page": page,
        "reasons": [(reason.value, words) for reason, words in REASON_WORDS.items()],
        "refusal": refusal,
        "refused_field": refusal.details.get("field") if refusal else "",
        "given": request.POST,
        "place": "billing",
    }
    return render(request, "billing/cancel.html", context, status=refusal.status if refusal else 200)
