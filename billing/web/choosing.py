"""From a plan on the pricing page to its confirmation: the choice survives sign-up; nothing is bought by looking."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.current import require_membership
from accounts.models import Membership
from billing.clock import business_now
from billing.errors import BillingError
from billing.selectors.catalogue import price_for
from billing.selectors.choice import choice_of
from billing.services.price_with_code import price_with_code
from billing.terms import CodeEntry
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures
from billing.web.seat_field import read_seats

CHOSEN_KEY = "chosen_lookup_key"


@require_safe
@explain_failures
def start(request: HttpRequest, lookup_key: str) -> HttpResponse:
    """Keep a price of our catalogue in the session and lead on: to sign-up, or to its confirmation."""
    chosen = price_for(lookup_key).lookup_key
    confirmation = reverse("billing:choose", kwargs={"lookup_key": chosen})
    if request.user.is_authenticated:
        return redirect(confirmation)
    request.session[CHOSEN_KEY] = chosen
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': confirmation})}")


@require_safe
@require_membership(billing=True)
@explain_failures
def choose(request: HttpRequest, membership: Membership, lookup_key: str) -> HttpResponse:
    """What the chosen price costs, from when, and the buttons that start a trial or a checkout."""
    take_chosen(request)
    choice = choice_of(
        membership.organization,
        lookup_key=lookup_key,
        person=membership.user,
        now=business_now(),
        seats=read_seats(request.GET),
    )
    if choice.has_subscription:
        messages.info(request, "You have a plan already. Nothing was charged.")
        return redirect("billing:overview")
    context = {"choice": choice, "takes_code": settings.PROMOTION_CODE_ENTRY == CodeEntry.OURS, **company_rules()}
    code = request.GET.get("code", "").strip()
    if not code or not context["takes_code"]:
        return render(request, "billing/choose.html", context)
    try:
        offer = price_with_code(
            membership.organization, lookup_key=lookup_key, quantity=choice.quantity, code=code, now=business_now()
        )
    except BillingError as error:
        # The page stays what it is without the code: the plan can be bought all the same.
        return render(
            request, "billing/choose.html", {**context, "code": code, "refusal": error}, status=error.status
        )
    return render(request, "billing/choose.html", {**context, "code": offer.promotion.code, "offer": offer})


def take_chosen(request: HttpRequest) -> str:
    """The price that was chosen before signing in, once; empty if none was."""
    return str(request.session.pop(CHOSEN_KEY, ""))
