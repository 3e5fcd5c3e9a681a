"""Decides which organization a request is about, and who may see it; it must not know what is billed.

The choice is kept in the session as the organization's UUID. A stranger's organization is 404, a missing role 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Membership

SESSION_KEY = "organization_uuid"


def membership_for(request: HttpRequest) -> Membership | None:
    """The signed-in person's membership in the current organization, read once per request."""
    if not hasattr(request, "_membership"):
        request._membership = _find_membership(request)  # type: ignore[attr-defined]
    return request._membership  # type: ignore[attr-defined,no-any-return]


def _find_membership(request: HttpRequest) -> Membership | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    memberships = Membership.objects.filter(user=user).select_related("organization").order_by("created_at", "pk")
    chosen = request.session.get(SESSION_KEY)
    return (memberships.filter(organization__uuid=chosen).first() if chosen else None) or memberships.first()


def require_membership(*, billing: bool = False, team: bool = False) -> Callable[..., Any]:
    """Guard a view: sign-in first, 404 without an organization, 403 without the role.

    The view gets the membership as its second argument.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = membership_for(request)
            if membership is None:
                raise Http404("No organization")
            if billing and not membership.can_manage_billing:
                raise PermissionDenied("Only an owner or a billing manager may do this.")
            if team and not membership.can_manage_team:
                raise PermissionDenied("Only an owner may do this.")
            return view(request, membership, *args, **kwargs)

        return guarded

    return decorate
