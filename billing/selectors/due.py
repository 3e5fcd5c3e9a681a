"""Reads when the product itself has something to do next, and whether anything waits to be done now."""

from datetime import datetime

from django.db.models import F

from billing.models import LocalTrial, Notice, Subscription, Transition, Work
from billing.rules.trial import REMIND_BEFORE
from billing.terms import SubscriptionStatus


def next_due_at(now: datetime) -> datetime | None:
    """The next moment after `now` (business time) at which a reminder or a local trial's end falls due."""
    trial_ends = [
        *LocalTrial.objects.filter(ended_at=None, ends_at__gt=now).values_list("ends_at", flat=True),
        *Subscription.objects.filter(status=SubscriptionStatus.TRIALING, trial_end__gt=now).values_list(
            "trial_end", flat=True
        ),
    ]
    moments = [moment for end in trial_ends if end for moment in (end - REMIND_BEFORE, end) if moment > now]
    return min(moments, default=None)


def count_waiting(now: datetime) -> int:
    """Refreshes, reactions and notices that are due at `now` (system time) and not done."""
    return (
        Work.objects.filter(done__lt=F("want"), dead_at=None, run_at__lte=now).count()
        + Transition.objects.filter(is_settled=False).count()
        + Notice.objects.filter(state__in=[Notice.State.DUE, Notice.State.SENDING], run_at__lte=now).count()
    )
