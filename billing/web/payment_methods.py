"""The cards of an organization: which one is charged, another one, and none left behind where one is needed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import InvalidInput, LeaseLost, LeaseTaken, PaymentMethodGone, StripeUnreachable, UnderWay
from billing.selectors.payment_methods import method_row, payment_method_page
from billing.services.add_card import add_card
from billing.services.payment_methods import make_default, remove
from billing.services.settle_card import settle_card
from billing.terms import CheckoutState
from billing.web.errors import explain_failures
from billing.web.redirects import see_other


@require_safe
@require_membership(billing=True)
@explain_failures
def payment_methods(request: HttpRequest, membership: Membership) -> HttpResponse:
    page = payment_method_page(membership.organization, business_now())
    context = {"page": page, "tab": "payment_methods", "place": "billing"}
    return render(request, "billing/payment_methods.html", context)


@require_POST
@require_membership(billing=True)
@explain_failures
def add(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open the hosted page that takes the card, and send the browser there (303)."""
    setup = add_card(
        membership.organization,
        becomes_default=request.POST.get("becomes_default") == "yes",
        request_key=request_key_of(request),
        actor=membership.user,
    )
    return see_other(setup.url)


@require_safe
@require_membership(billing=True)
@explain_failures
def added(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The way back from the hosted page: the address says which session to look at, and decides nothing."""
    session_id = request.GET.get("session_id", "")
    if not session_id:
        raise InvalidInput("The address does not say which page it belongs to.", field="session_id")
    try:
        setup = settle_card(membership.organization, stripe_session_id=session_id)
    except (LeaseTaken, LeaseLost, StripeUnreachable, UnderWay):
        messages.info(request, "Your card is being saved. It stands here in a moment; you need not add it again.")
        return redirect("billing:payment_methods")
    if setup.state == CheckoutState.COMPLETE:
        words = "The card is saved, and is charged from now on." if setup.becomes_default else "The card is saved."
        messages.success(request, f"{words} Nothing was charged today.")
    else:
        messages.info(request, "No card was added.")
    return redirect("billing:payment_methods")


@require_POST
@require_membership(billing=True)
@explain_failures
def default(request: HttpRequest, membership: Membership) -> HttpResponse:
    make_default(
        membership.organization,
        stripe_payment_method_id=request.POST.get("method", ""),
        request_key=request_key_of(request),
        actor=membership.user,
    )
    messages.success(request, "This card is charged from now on. Nothing was charged today.")
    return redirect("billing:payment_methods")


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def remove_method(request: HttpRequest, membership: Membership, stripe_payment_method_id: str) -> HttpResponse:
    """A page with its own address; the card goes only by its button."""
    if request.method == "POST":
        remove(
            membership.organization,
            stripe_payment_method_id=stripe_payment_method_id,
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )
        messages.success(request, "The card is removed. It will not be charged any more.")
        return redirect("billing:payment_methods")
    row = method_row(membership.organization, stripe_payment_method_id, now=business_now())
    if row is None:
        raise PaymentMethodGone()
    return render(request, "billing/payment_method_remove.html", {"row": row, "place": "billing"})
