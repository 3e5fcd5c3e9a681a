"""The way back from the hosted checkout: the address says which session to look at, and decides nothing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.current import require_membership
from accounts.models import Membership
from billing.clock import business_now
from billing.errors import InvalidInput
from billing.services.settle_checkout import CheckoutProgress, ProgressState, settle_checkout
from billing.web.errors import explain_failures

POLLS = 15
POLL_SECONDS = 2


@require_safe
@require_membership()
@explain_failures
def checkout_return(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Look at the session at once; while it is not settled, the page asks again every two seconds for thirty."""
    progress = _progress(request, membership)
    if progress.state == ProgressState.SETTLED:
        return _settled(request, progress)
    return render(request, "billing/processing.html", _context(progress, asked=0))


@require_safe
@require_membership()
@explain_failures
def checkout_status(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The part of that page which htmx replaces. Without htmx it leads to the page itself."""
    asked = read_asked(request)
    if not request.htmx:  # type: ignore[attr-defined]
        query = request.GET.urlencode()
        return redirect(f"{reverse('billing:checkout_return')}?{query}")
    progress = _progress(request, membership)
    if progress.state == ProgressState.SETTLED:
        _settled(request, progress)
        return HttpResponseClientRedirect(reverse("billing:overview"))
    return render(request, "billing/_processing.html", _context(progress, asked=asked))


def _progress(request: HttpRequest, membership: Membership) -> CheckoutProgress:
    session_id = request.GET.get("session_id", "")
    if not session_id:
        raise InvalidInput("The address does not say which checkout it belongs to.", field="session_id")
    return settle_checkout(membership.organization, stripe_session_id=session_id, now=business_now())


def _settled(request: HttpRequest, progress: CheckoutProgress) -> HttpResponse:
    name = progress.intent.price.plan.name
    words = "Your trial has begun, and nothing was charged." if progress.is_trial else "Thank you for the payment."
    messages.success(request, f"{name} is on. {words}")
    return redirect("billing:overview")


def read_asked(request: HttpRequest) -> int:
    """How often a waiting page has asked already. Raises InvalidInput."""
    asked = request.GET.get("asked", "0")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 3:
        raise InvalidInput(field="asked")
    return int(asked)


def _context(progress: CheckoutProgress, *, asked: int) -> dict[str, object]:
    return {
        "progress": progress,
        "state": progress.state.value,
        "intent": progress.intent,
        "plan": progress.intent.price.plan,
        "next_ask": asked + 1,
        "asks_again": progress.state == ProgressState.PROCESSING and asked < POLLS,
        "poll_seconds": POLL_SECONDS,
        "place": "billing",
    }
