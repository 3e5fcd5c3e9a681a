"""Use case: tell people three days before a lower plan begins what does not fit it yet; nothing is changed."""

import logging
from datetime import datetime, timedelta

from billing import notices
from billing.models import Notice, PlanChange
from billing.selectors.impact import plan_impact
from billing.terms import PlanChangeState

logger = logging.getLogger(__name__)
REMIND_BEFORE = timedelta(days=3)
_KIND = "plan_change_does_not_fit"


def remind_of_impact(now: datetime) -> int:
    """Put a notice into the outbox for each planned change that the present use does not fit. Once per change.

    `now` is business time. Safe to repeat; returns how many were new. One that cannot be written holds up no other.
    """
    due = PlanChange.objects.filter(
        state=PlanChangeState.SCHEDULED.value,
        release_reason="",
        effective_at__gt=now,
        effective_at__lte=now + REMIND_BEFORE,
        from_price__isnull=False,
    ).select_related("organization", "price__plan", "from_price__plan")
    changes = {f"{_KIND}:{change.uuid}": change for change in due}
    told = set(Notice.objects.filter(key__in=changes).values_list("key", flat=True))
    made = 0
    for key, change in changes.items():
        if key in told:
            continue
        try:
            made += _remind(change, key=key, now=now)
        except Exception:
            logger.exception("Reminder %s could not be written; the others go on", key)
    return made


def _remind(change: PlanChange, *, key: str, now: datetime) -> bool:
    if change.from_price is None:
        return False
    impact = plan_impact(change.organization, before=change.from_price.plan, after=change.price.plan)
    if impact.fits:
        return False
    written = notices.enqueue(
        _KIND, key=key, organization=change.organization, cause_at=now, change=change, exceeded=impact.exceeded
    )
    return written is not None
