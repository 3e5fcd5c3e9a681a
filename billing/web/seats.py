"""Changing the number of seats: how many, then what it costs, then done; a page with its own address for each."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.errors import (
    BillingError,
    CardDeclined,
    InvalidInput,
    NothingToChange,
    PreviewStale,
    SeatsAboveMaximum,
    SeatsBelowMinimum,
    SeatsBelowUsed,
)
from billing.models import ChangePreview
from billing.selectors.seat_page import ShownChange, seat_page, shown_change
from billing.services.change_seats import change_seats
from billing.services.preview_seats import preview_seats
from billing.web.company_rules import company_rules
from billing.web.errors import explain_failures
from billing.web.seat_field import read_seats

# What the form itself says beside its field; everything else is a page.
_BESIDE_THE_FIELD = (InvalidInput, NothingToChange, SeatsAboveMaximum, SeatsBelowMinimum, SeatsBelowUsed)
_NEEDS_BANK = "subscription_payment_intent_requires_action"


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def seats(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How many seats there are; a POST of another number leads to what it costs."""
    if request.method != "POST":
        return _render(request, membership)
    request_key_of(request)
    try:
        preview = _preview(membership, read_seats(request.POST))
    except _BESIDE_THE_FIELD as error:
        return _render(request, membership, refusal=error)
    return redirect("billing:seats_preview", preview_uuid=preview.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def seats_preview(request: HttpRequest, membership: Membership, preview_uuid: UUID) -> HttpResponse:
    """What the number costs, to the unit; a POST changes the seats just so, or shows the sum that holds now."""
    if request.method != "POST":
        return _render_preview(request, membership, preview_uuid)
    request_key = request_key_of(request)
    try:
        change = change_seats(
            membership.organization,
            preview_uuid=preview_uuid,
            request_key=request_key,
            actor=membership.user,
            now=business_now(),
        )
    except CardDeclined as error:
        return _render_preview(request, membership, preview_uuid, declined=error, status=error.status)
    except PreviewStale:
        before = shown_change(membership.organization, preview_uuid, now=business_now())
        preview = _preview(membership, before.row.quantity)
        return _render_preview(request, membership, preview.uuid, before=before, status=PreviewStale.status)
    if change.held_quantity > change.quantity:
        words = f"You keep {change.held_quantity} seats until the period ends, and have {change.quantity} from then."
    else:
        words = f"You have {change.quantity} seats now."
    messages.success(request, words)
    return redirect("billing:overview")


def _preview(membership: Membership, quantity: int | None) -> ChangePreview:
    if quantity is None:
        raise InvalidInput("Please write how many seats you want.", field="seats")
    return preview_seats(membership.organization, quantity=quantity, actor=membership.user, now=business_now())


def _render(request: HttpRequest, membership: Membership, *, refusal: BillingError | None = None) -> HttpResponse:
    context = {
        "page": seat_page(membership.organization, business_now()),
        "refusal": refusal,
        "given": request.POST.get("seats", ""),
        "place": "billing",
    }
    return render(request, "billing/seats.html", context, status=refusal.status if refusal else 200)


def _render_preview(
    request: HttpRequest,
    membership: Membership,
    preview_uuid: UUID,
    *,
    before: ShownChange | None = None,
    declined: CardDeclined | None = None,
    status: int = 200,
) -> HttpResponse:
    now = business_now()
    context = {
        "shown": shown_change(membership.organization, preview_uuid, now=now),
        "page": seat_page(membership.organization, now),
        "before": before,
        "declined": declined,
        "needs_bank": declined is not None and declined.details.get("code") == _NEEDS_BANK,
        "place": "billing",
        **company_rules(),
    }
    return render(request, "billing/seats_preview.html", context, status=status)
