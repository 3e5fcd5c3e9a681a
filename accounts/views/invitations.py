"""Invitations: sending again and withdrawing for owners, joining for the invited."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import choose_organization, enter_organization, memberships_of, require_membership
from accounts.errors import AccountsError
from accounts.invitation_links import read_link
from accounts.invitations import accept, resend, revoke
from accounts.models import Invitation, Membership, User
from accounts.people import has_verified_email
from accounts.views.request_key import request_key_of
from accounts.views.team import render_team


def _invitation_of(membership: Membership, invitation_uuid: UUID) -> Invitation:
    return get_object_or_404(membership.organization.invitations, uuid=invitation_uuid)


@require_POST
@require_membership(team=True)
def send_again(request: HttpRequest, membership: Membership, invitation_uuid: UUID) -> HttpResponse:
    invitation = _invitation_of(membership, invitation_uuid)
    try:
        resend(invitation, request_key=request_key_of(request))
    except AccountsError as error:
        return render_team(request, membership, refusal=error.message, status=error.status)
    messages.success(request, f"Invitation sent to {invitation.email} again.")
    return redirect("accounts:team")


@require_POST
@require_membership(team=True)
def withdraw(request: HttpRequest, membership: Membership, invitation_uuid: UUID) -> HttpResponse:
    request_key_of(request)
    invitation = _invitation_of(membership, invitation_uuid)
    revoke(invitation)
    messages.success(request, f"The invitation to {invitation.email} is withdrawn. Its link no longer works.")
    return redirect("accounts:team")


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, signed: str) -> HttpResponse:
    invitation, is_lapsed = read_link(signed)
    if _is_member(request, invitation):
        choose_organization(request, invitation.organization.uuid)
        return redirect("accounts:team")
    if is_lapsed or not invitation.is_open(timezone.now()):
        return render(request, "accounts/join_closed.html", {"invitation": invitation}, status=410)
    if request.method == "POST":
        return _accept(request, invitation)
    return _offer(request, invitation)


def _is_member(request: HttpRequest, invitation: Invitation) -> bool:
    return any(membership.organization_id == invitation.organization_id for membership in memberships_of(request))


def _accept(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request_key_of(request)
    if not isinstance(request.user, User):
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?next={request.path}")
    try:
        membership = accept(invitation, user=request.user)
    except AccountsError as error:
        return _offer(request, invitation, refusal=error.message, status=error.status)
    enter_organization(request, membership)
    messages.success(request, f"You are now in {membership.organization.name}.")
    return redirect("accounts:team")


def _offer(request: HttpRequest, invitation: Invitation, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    context = {
        "invitation": invitation,
        "refusal": refusal,
        "can_join": isinstance(user, User) and has_verified_email(user, invitation.email),
        # The link came to this mailbox, so its reader may know whether the mailbox has a sign-in.
        "has_sign_in": User.objects.filter(email__iexact=invitation.email).exists(),
    }
    return render(request, "accounts/join.html", context, status=status)
