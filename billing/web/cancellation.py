"""Leaving at the end of the paid period, on a day or at once, and taking it back: pages, never dialogs."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import require_membership
from accounts.models import Membership, Organization
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import BillingError, InvalidInput
from billing.money import Money
from billing.selectors.leaving import LeavingPage, leaving_page
from billing.services.cancel_now import Leaving, cancel_now, unused_part
from billing.services.cancellation import cancel_at_date, cancel_at_period_end, undo_cancellation
from billing.terms import CancellationReason, SubscriptionAction
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
    """At the end of what was paid. Where nothing is paid for, the page leads on to leaving at once."""
    if request.method != "POST":
        if request.GET.get("when") != "end" and _leaves_at_once(membership.organization):
            return redirect("billing:cancel_now")
        return _render(request, _page(membership, SubscriptionAction.CANCEL_AT_END), "cancel")

    def act() -> None:
        cancel_at_period_end(
            membership.organization,
            **_feedback(request),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )

    return _answer(
        request,
        membership,
        act,
        action=SubscriptionAction.CANCEL_AT_END,
        template="cancel",
        done="Your plan is cancelled. Nothing changes before the day named below.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def cancel_on_day(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render(request, _page(membership, SubscriptionAction.CANCEL_AT_DATE), "cancel_on_day")

    def act() -> None:
        cancel_at_date(
            membership.organization,
            ends_on=_day(request.POST.get("ends_on", "")),
            **_feedback(request),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )

    return _answer(
        request,
        membership,
        act,
        action=SubscriptionAction.CANCEL_AT_DATE,
        template="cancel_on_day",
        done="Your plan is cancelled for the day named below.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def cancel_at_once(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        page = _page(membership, SubscriptionAction.CANCEL_NOW)
        return _render(request, page, "cancel_now", organization=membership.organization)

    def act() -> None:
        cancel_now(
            membership.organization,
            Leaving(**_feedback(request), wants_refund=request.POST.get("refund") == "yes"),
            request_key=request_key_of(request),
            actor=membership.user,
            now=business_now(),
        )

    return _answer(
        request,
        membership,
        act,
        action=SubscriptionAction.CANCEL_NOW,
        template="cancel_now",
        done="Your plan has ended. You will not be charged again.",
    )


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


def _feedback(request: HttpRequest) -> dict[str, str]:
    return {"reason": request.POST.get("reason", ""), "comment": request.POST.get("comment", "").strip()}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Please choose the day on which the plan ends.", field="ends_on") from None


def _page(membership: Membership, action: SubscriptionAction) -> LeavingPage:
    return leaving_page(membership.organization, action, business_now())


def _leaves_at_once(organization: Organization) -> bool:
    return leaving_page(organization, SubscriptionAction.CANCEL_NOW, business_now()).ends_now_by_default


def _unused(organization: Organization) -> Money | None:
    """Leaving must not fail because Stripe cannot reckon: then the question comes without a sum."""
    with suppress(BillingError):
        return unused_part(organization, business_now())
    return None


def _answer(
    request: HttpRequest,
    membership: Membership,
    act: Callable[[], None],
    *,
    action: SubscriptionAction,
    template: str,
    done: str,
) -> HttpResponse:
    try:
        act()
    except InvalidInput as error:
        organization = membership.organization
        return _render(request, _page(membership, action), template, refusal=error, organization=organization)
    messages.success(request, done)
    return redirect("billing:overview")


def _render(
    request: HttpRequest,
    page: LeavingPage,
    template: str,
    *,
    refusal: InvalidInput | None = None,
    organization: Organization | None = None,
) -> HttpResponse:
    context = {
        "page": page,
        "unused": _unused(organization) if organization and template == "cancel_now" else None,
        "reasons": [(reason.value, words) for reason, words in REASON_WORDS.items()],
        "refusal": refusal,
        "refused_field": refusal.details.get("field") if refusal else "",
        "given": request.POST,
        "place": "billing",
    }
    return render(request, f"billing/{template}.html", context, status=refusal.status if refusal else 200)
