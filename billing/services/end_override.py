"""Use case: staff end what was granted a customer beside its plan."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from billing import audit
from billing.errors import OverrideEnded
from billing.models import EntitlementOverride
from billing.models.access_record import record_override
from billing.rules.override import checked_reason


def end_override(override_id: int, *, reason: str, actor: User | None, now: datetime) -> EntitlementOverride:
    """From `now` (business time, UTC) on it counts no more; the row stays, with who ended it and why.

    Raises InvalidInput without a reason, OverrideEnded for one that is over already.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        rows = EntitlementOverride.objects.select_for_update(of=("self",)).select_related("feature", "plan")
        row = rows.get(pk=override_id)
        if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now):
            raise OverrideEnded()
        row.ended_at, row.ended_by, row.end_reason = now, actor, reason
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
        record_override(row, business_at=now)
        audit.record(
            "override_ended",
            subject=str(row.uuid),
            organization=row.organization,
            actor=actor,
            before={"ends_at": row.ends_at, "ended_at": None},
            after={"ended_at": now},
            reason=reason,
            what=row.code,
        )
    return row
