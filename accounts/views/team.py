"""The team page: who is in, who is invited; only an owner changes it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.current import require_membership
from accounts.errors import AccountsError
from accounts.forms.team import InvitationForm, RoleForm
from accounts.invitations import invite
from accounts.models import Membership, Role
from accounts.roster import roster_of
from accounts.seat_offer import SeatOffer, seat_offer
from accounts.team import change_role, member_of, remove_member
from accounts.views.request_key import request_key_of


@require_GET
@require_membership()
def team(request: HttpRequest, membership: Membership) -> HttpResponse:
    return render_team(request, membership)


def render_team(
    request: HttpRequest,
    membership: Membership,
    *,
    form: InvitationForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The team page, with what was refused on top."""
    context = {
        "roster": roster_of(membership.organization),
        "form": form or InvitationForm(),
        "refusal": refusal,
    }
    return render(request, "accounts/team.html", context, status=status)


@require_POST
@require_membership(team=True)
def send_invitation(request: HttpRequest, membership: Membership) -> HttpResponse:
    request_key = request_key_of(request)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return render_team(request, membership, form=form, status=400)
    try:
        offer = seat_offer(membership.organization, email=form.cleaned_data["email"], request_key=request_key)
        if offer is not None and request.POST.get("accepted_seat") != offer.named:
            return _name_price(request, form, offer, request_key)
        invitation = invite(
            membership.organization,
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            invited_by=membership.user,
            request_key=request_key,
        )
    except AccountsError as error:
        return render_team(request, membership, form=form, refusal=error.message, status=error.status)
    messages.success(request, f"Invitation sent to {invitation.email}.")
    return redirect("accounts:team")


def _name_price(request: HttpRequest, form: InvitationForm, offer: SeatOffer, request_key: UUID) -> HttpResponse:
    """The same form again, hidden, under what it adds to the bill; nothing was sent yet."""
    context = {
        "email": form.cleaned_data["email"],
        "role": Role(form.cleaned_data["role"]),
        "offer": offer,
        "request_key": request_key,
        "is_another_price": "accepted_seat" in request.POST,
    }
    return render(request, "accounts/invite_seat.html", context)


@require_http_methods(["GET", "POST"])
@require_membership(team=True)
def role(request: HttpRequest, membership: Membership, membership_uuid: UUID) -> HttpResponse:
    person = member_of(membership.organization, membership_uuid)
    if request.method == "GET":
        return _render_role(request, person, RoleForm(initial={"role": person.role}))
    request_key_of(request)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _render_role(request, person, form, status=400)
    chosen = Role(form.cleaned_data["role"])
    try:
        person = change_role(membership.organization, membership_uuid=membership_uuid, role=chosen)
    except AccountsError as error:
        return _render_role(request, person, form, refusal=error.message, status=error.status)
    messages.success(request, f"{person.user.get_full_name()} is now {chosen.in_words}.")
    return redirect("accounts:team")


def _render_role(
    request: HttpRequest, person: Membership, form: RoleForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"person": person, "form": form, "refusal": refusal}
    return render(request, "accounts/role.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require_membership(team=True)
def remove(request: HttpRequest, membership: Membership, membership_uuid: UUID) -> HttpResponse:
    person = member_of(membership.organization, membership_uuid)
    if request.method == "GET":
        return render(request, "accounts/remove.html", {"person": person})
    request_key_of(request)
    try:
        remove_member(membership.organization, membership_uuid=membership_uuid)
    except AccountsError as error:
        context = {"person": person, "refusal": error.message}
        return render(request, "accounts/remove.html", context, status=error.status)
    name = person.user.get_full_name()
    messages.success(request, f"{name} is no longer in {membership.organization.name}.")
    return redirect("accounts:team")
