"""Decides which organization a request is about, and who may see it; it must not know what is billed.

The choice is kept in the session as the organization's UUID. A stranger's organization is 404, a missing role 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from structlog.contextvars import bind_contextvars

from accounts.models import Membership

SESSION_KEY = "organization_uuid"


def memberships_of(request: HttpRequest) -> list[Membership]:
    """All memberships of the signed-in person, oldest first, read once per request."""
    memberships: list[Membership] | None = getattr(request, "_memberships", None)
    if memberships is None:
        memberships = _read_memberships(request)
        request._memberships = memberships  # type: ignore[attr-defined]
    return memberships


def _read_memberships(request: HttpRequest) -> list[Membership]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    memberships = Membership.objects.filter(user=user).select_related("organization", "user")
    return list(memberships.order_by("created_at", "pk"))


def membership_for(request: HttpRequest) -> Membership | None:
    """The signed-in person's membership in the current organization: the one chosen last, else the oldest."""
    memberships = memberships_of(request)
    if not memberships:
        return None
    chosen = request.session.get(SESSION_KEY)
    current = next((one for one in memberships if str(one.organization.uuid) == chosen), memberships[0])
    bind_contextvars(organization_id=current.organization_id)
    return current


def choose_organization(request: HttpRequest, organization_uuid: UUID) -> Membership:
    """Make one of the person's organizations the current one. 404 for anybody else's. Safe to repeat."""
    for membership in memberships_of(request):
        if membership.organization.uuid == organization_uuid:
            request.session[SESSION_KEY] = str(organization_uuid)
            return membership
    raise Http404("No such organization")


def enter_organization(request: HttpRequest, membership: Membership) -> None:
    """Make an organization current that the person has just joined or opened."""
    request.session[SESSION_KEY] = str(membership.organization.uuid)
    if hasattr(request, "_memberships"):
        del request._memberships


def require_membership(*, billing: bool = False, team: bool = False) -> Callable[..., Any]:
    """Guard a view: sign-in first, then 404 without an organization, 403 without the role.

    A person without any organization who only looks (GET) is led to the page that opens one. The view gets the
    membership as its second argument.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = membership_for(request)
            if membership is None and request.method in ("GET", "HEAD"):
                return redirect("accounts:start")
            if membership is None:
                raise Http404("No organization")
            if billing and not membership.can_manage_billing:
                raise PermissionDenied("Only an owner or a billing manager may do this.")
            if team and not membership.can_manage_team:
                raise PermissionDenied("Only an owner may do this.")
            return view(request, membership, *args, **kwargs)

        return guarded

    return decorate
