"""What every template may name about the person, the organization and the place."""

from typing import Any

from django.http import HttpRequest

from accounts.current import membership_for, memberships_of


def current_organization(request: HttpRequest) -> dict[str, Any]:
    membership = membership_for(request)
    return {
        "membership": membership,
        "organization": membership.organization if membership else None,
        "has_several_organizations": len(memberships_of(request)) > 1,
        "place": request.path.split("/")[1] or "pricing",
    }
