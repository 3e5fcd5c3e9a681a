"""The company's own choices that pages put into words."""

from typing import Any

from django.conf import settings


def company_rules() -> dict[str, Any]:
    """Grace in days, and whether tax may come on top of a price."""
    return {"grace_days": settings.GRACE_DAYS, "adds_tax": settings.CHECKOUT_AUTOMATIC_TAX}
