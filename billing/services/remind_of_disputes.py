"""Use case: remind staff of disputes whose deadline comes, seven, three and one day before, once each."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from billing import notices
from billing.disputework import facts_of
from billing.models import Dispute, Notice, open_staff_task
from billing.rules.dispute.amounts import amount_words
from billing.rules.dispute.deadline import AWAITING, REMINDER_DAYS, is_inquiry, reminder_due

KIND = "dispute_reminder"
_TASK = "dispute_due"
_BATCH = 200


def remind_of_disputes(now: datetime) -> int:
    """Write the reminders that are due at `now` (business time). Safe to repeat: each has a key of its own.

    A worker that was away sends the nearest one only. Returns how many were written.
    """
    near = Dispute.objects.filter(
        status__in=[status.value for status in AWAITING],
        evidence_due_at__gt=now,
        evidence_due_at__lte=now + timedelta(days=max(REMINDER_DAYS)),
        livemode=settings.STRIPE_LIVE_MODE,
    )
    due = [
        (dispute, days)
        for dispute in near.select_related("organization").order_by("evidence_due_at")[:_BATCH]
        if (days := reminder_due(facts_of(dispute), now)) is not None
    ]
    keys = {_key(dispute, days): (dispute, days) for dispute, days in due}
    written = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_remind(*keys[key], key=key, now=now) for key in keys if key not in written)


def _key(dispute: Dispute, days: int) -> str:
    """The dispute, its deadline and the days: an inquiry that became a chargeback has a new deadline."""
    return f"{KIND}:{dispute.stripe_dispute_id}:{dispute.evidence_due_at:%Y-%m-%d}:{days}"


def _remind(dispute: Dispute, days: int, *, key: str, now: datetime) -> bool:
    due_at = dispute.evidence_due_at
    if due_at is None:
        return False
    kind = "Inquiry" if is_inquiry(dispute.status) else "Dispute"
    within = "day" if days == 1 else "days"
    subject = f"{kind} {dispute.stripe_dispute_id}: answer within {days} {within}"
    text = (
        f"{kind} {dispute.stripe_dispute_id} of {dispute.organization or 'an unknown customer'} over "
        f"{amount_words(dispute.amount_minor, dispute.currency)} ({dispute.reason.replace('_', ' ')}) "
        f"has to be answered by {due_at:%d %B %Y, %H:%M} UTC. After that no answer is possible.\n\n"
        f"{settings.SITE_URL}/admin/billing/dispute/{dispute.pk}/change/\n"
    )
    with transaction.atomic():
        made = notices.tell_staff(KIND, key=key, subject=subject, text=text, cause_at=now, life=due_at - now)
        open_staff_task(
            _TASK,
            about=f"{dispute.stripe_dispute_id}:{due_at:%Y-%m-%d}",
            organization_id=dispute.organization_id,
            summary=f"{kind} {dispute.stripe_dispute_id} is not answered; its deadline is {due_at:%d %b %Y}",
        )
    return made is not None
