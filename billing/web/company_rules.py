"""The company's own choices that pages put into words."""

from typing import Any

from django.conf import settings

from billing.selectors.access import grace_days


def company_rules() -> dict[str, Any]:
    """Grace in days, whether the first payment after a trial has it, and whether tax may come on top of a price."""
    return {
        "grace_days": settings.GRACE_DAYS,
        "first_grace_days": grace_days(is_since_trial=True),
        "adds_tax": settings.CHECKOUT_AUTOMATIC_TAX,
    }
