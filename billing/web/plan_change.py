"""Change of plan: choose it, see what it costs, confirm just that sum, and see how the payment went."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import PreviewStale
from billing.selectors.change_page import ChangePage, change_page, shown_preview
from billing.selectors.change_progress import ChangeProgress, change_progress
from billing.selectors.plan_choice import plan_choice
from billing.services.change_plan import change_plan
from billing.services.give_up_change import give_up_change
from billing.services.look_at_change import look_at_change
from billing.services.preview_change import preview_change
from billing.services.schedule_plan_change import schedule_plan_change
from billing.terms import PlanChangeState
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures
from billing.web.redirects import see_other
from billing.web.returning import POLL_SECONDS, POLLS, read_asked
from billing.web.seat_field import read_seats


@require_safe
@require_membership(billing=True)
@explain_failures
def plans(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every plan on sale in the customer's currency, with the present one marked."""
    page = plan_choice(membership.organization, interval=request.GET.get("interval", ""), now=business_now())
    return render(request, "billing/plan.html", {"page": page, "place": "billing", **company_rules()})


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def change(request: HttpRequest, membership: Membership, lookup_key: str) -> HttpResponse:
    """What the change costs; its button makes the change that this page showed, or shows the new sum."""
    if request.method != "POST":
        return _show(request, _page(request, membership, lookup_key))
    shown = shown_preview(membership.organization, request.POST.get("preview", ""))
    request_key = request_key_of(request)
    try:
        made = (schedule_plan_change if shown.is_planned else change_plan)(
            membership.organization,
            preview_uuid=shown.uuid,
            request_key=request_key,
            actor=membership.user,
            now=business_now(),
        )
    except PreviewStale as stale:
        return _show(request, _page(request, membership, lookup_key), stale=stale, before=change_page(shown))
    if made is None or made.state == PlanChangeState.SCHEDULED:
        messages.success(request, f"{shown.price.plan.name} is planned. Nothing changes before the day named below.")
        return see_other(reverse("billing:overview"))
    return see_other(reverse("billing:change", args=[made.uuid]))


@require_safe
@require_membership(billing=True)
@explain_failures
def progress(request: HttpRequest, membership: Membership, change_uuid: UUID) -> HttpResponse:
    """How the change stands at Stripe now; htmx asks again while it is not settled."""
    made = look_at_change(membership.organization, change_uuid=change_uuid, now=business_now())
    asked = read_asked(request)
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]
    if made.state == PlanChangeState.SUCCEEDED:
        messages.success(request, _done_words(change_progress(made)))
        address = reverse("billing:overview")
        return HttpResponseClientRedirect(address) if is_fragment else redirect(address)
    context = {
        "progress": change_progress(made),
        "state": made.state,
        "asks_again": made.state in (PlanChangeState.RECORDED, PlanChangeState.AWAITING_PAYMENT) and asked < POLLS,
        "next_ask": asked + 1,
        "poll_seconds": POLL_SECONDS,
        "place": "billing",
    }
    return render(request, "billing/_change.html" if is_fragment else "billing/change.html", context)


@require_POST
@require_membership(billing=True)
@explain_failures
def give_up(request: HttpRequest, membership: Membership, change_uuid: UUID) -> HttpResponse:
    """Give up a change that waits for its payment; who paid it in this moment has the new plan."""
    made = give_up_change(
        membership.organization,
        change_uuid=change_uuid,
        request_key=request_key_of(request),
        actor=membership.user,
        now=business_now(),
    )
    if made.state == PlanChangeState.CANCELED:
        messages.success(request, "The change is given up. Your plan stays as it was, and nothing is owed.")
        return see_other(reverse("billing:overview"))
    return see_other(reverse("billing:change", args=[made.uuid]))


def _page(request: HttpRequest, membership: Membership, lookup_key: str) -> ChangePage:
    preview = preview_change(
        membership.organization,
        lookup_key=lookup_key,
        quantity=read_seats(request.POST if request.method == "POST" else request.GET),
        actor=membership.user,
        now=business_now(),
    )
    return change_page(preview)


def _show(
    request: HttpRequest, page: ChangePage, *, stale: PreviewStale | None = None, before: ChangePage | None = None
) -> HttpResponse:
    context = {"page": page, "stale": stale, "before": before, "place": "billing", **company_rules()}
    return render(request, "billing/plan_change.html", context, status=stale.status if stale else 200)


def _done_words(progress: ChangeProgress) -> str:
    if progress.amount is None or progress.amount.amount_minor == 0:
        return f"{progress.after_name} is on. Nothing was charged."
    if not progress.is_paid:
        return f"{progress.after_name} is on. Its invoice is still to be paid."
    return f"{progress.after_name} is on. Thank you for the payment."
