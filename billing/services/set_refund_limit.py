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
            before=[before.per_charge_minor, before.per_day_minor, before.window_days] if before else None,
            after=[row.per_charge_minor, row.per_day_minor, row.window_days],
        )
    return row
