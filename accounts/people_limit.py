"""Refuses more people than an organization may hold; how many that is says a function that the settings name.

So accounts stays below billing and knows no plan: PEOPLE_LIMIT is the dotted path of a function from an organization
to a number, or to None for any number. Without the setting there is no limit.
"""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.errors import AccountsError
from accounts.models import Organization


def people_limit(organization: Organization) -> int | None:
    """How many people the organization may hold now, or None for any number."""
    if not settings.PEOPLE_LIMIT:
        return None
    ask = cast("Callable[[Organization], int | None]", import_string(settings.PEOPLE_LIMIT))
    return ask(organization)


def refuse_when_full(organization: Organization, *, invited: int = 0) -> None:
    """Raise AccountsError `people_limit` (402) if no place is free beside the members and the `invited` ones."""
    limit = people_limit(organization)
    held = organization.memberships.count() + invited
    if limit is not None and held >= limit:
        raise AccountsError(
            f"{organization.name} holds {limit} people at most, invitations included. "
            "An owner can choose a larger plan, or free a place first.",
            code="people_limit",
            status=402,
        )
