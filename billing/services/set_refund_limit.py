"""Use case: staff set what a role may give back on its own word."""

from django.db import transaction

from accounts.models import User
from billing import audit
from billing.models import RefundLimit
from billing.rules.refund import Limit, check_limit


def set_refund_limit(row: RefundLimit, *, actor: User) -> RefundLimit:
    """Store it, with what it was before in the audit. Raises LimitRefused with all that is wrong."""
    check_limit(Limit(row.per_charge_minor, row.per_day_minor, row.window_days), row.currency)
    with transaction.atomic():
        before = RefundLimit.objects.select_for_update().filter(pk=row.pk).first()
        row.save()
        audit.record(
            "refund_limit_set",
            subject=f"{row.role}:{row.currency}",
            organization=None,
            actor=actor,
            before=_figures(before) if before else None,
            after=_figures(row),
        )
    return row


def _figures(row: RefundLimit) -> dict[str, int]:
    return {
        "per_charge_minor": row.per_charge_minor,
        "per_day_minor": row.per_day_minor,
        "window_days": row.window_days,
    }
