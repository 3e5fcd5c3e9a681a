"""Answers how many people an organization may hold, for accounts, which knows no plan."""

from accounts.models import Organization
from billing.clock import business_now
from billing.selectors.access import access_for

FEATURE = "people"


def people_limit(organization: Organization) -> int | None:
    """The plan's limit, or None for any number; None, too, while no catalogue was published."""
    access = access_for(organization, business_now())
    if not access.plan_code:
        return None
    return access.limit(FEATURE)
