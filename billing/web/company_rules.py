"""The company's own choices that pages put into words."""

from typing import Any

from django.conf import settings

from billing.rules.dunning.facts import AccessPlan
from billing.selectors.access import grace_days


def company_rules() -> dict[str, Any]:
    """Whether the first payment after a trial has any grace, and whether tax may come on top of a price."""
    return {
        "first_grace_days": grace_days(is_since_trial=True),
        "adds_tax": settings.CHECKOUT_AUTOMATIC_TAX,
    }


def unpaid_days(plan: AccessPlan) -> dict[str, Any]:
    """For how many days a failed payment leaves access, and from which on it is read-only, None for never."""
    is_read_only_first = plan.read_only_after is not None and plan.read_only_after < plan.closed_after
    return {
        "closed_days": plan.closed_after.days,
        "read_only_days": plan.read_only_after.days if plan.read_only_after and is_read_only_first else None,
    }
