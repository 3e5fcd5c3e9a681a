"""The organization that the page is about, for every template."""

from typing import Any

from django.http import HttpRequest

from accounts.current import membership_for


def current_organization(request: HttpRequest) -> dict[str, Any]:
    membership = membership_for(request)
    return {"membership": membership, "organization": membership.organization if membership else None}
