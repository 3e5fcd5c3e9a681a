"""Reads when the product itself has something to do next, and whether anything waits to be done now."""

from datetime import datetime

from django.db.models import F

from billing.models import DunningAttempt, DunningCase, LocalTrial, Notice, Subscription, Transition, Work
from billing.rules.payment_method import TELL_BEFORE_RENEWAL, expires_before
from billing.rules.trial import REMIND_BEFORE
from billing.selectors.dunning import policy_of
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.payment_methods import next_charge_at
from billing.terms import IN_FLIGHT_ATTEMPT_STATES, CaseState, SubscriptionStatus


def next_due_at(now: datetime) -> datetime | None:
    """The next moment after `now` (business time) at which a reminder, a retry or a local trial's end falls due.

    Looks at every running plan's card: for the sandbox, where time is moved by hand, not for a page.
    """
    trial_ends = [
        *LocalTrial.objects.filter(ended_at=None, ends_at__gt=now).values_list("ends_at", flat=True),
        *Subscription.objects.filter(status=SubscriptionStatus.TRIALING, trial_end__gt=now).values_list(
            "trial_end", flat=True
        ),
    ]
    moments = [moment for end in trial_ends if end for moment in (end - REMIND_BEFORE, end) if moment > now]
    return min([*moments, *_card_reminders(now), *_dunning_moments(now)], default=None)


def _dunning_moments(now: datetime) -> list[datetime]:
    """When an unpaid invoice is tried again, its last notice is sent, or its time is over."""
    moments = []
    for case in DunningCase.objects.filter(ended_at=None).select_related("policy"):
        notice_at = case.deadline_at - policy_of(case).last_notice_before
        moments += [moment for moment in (case.due_at, notice_at, case.deadline_at) if moment and moment > now]
    return moments


def _card_reminders(now: datetime) -> list[datetime]:
    """When people are told that a card will have expired before it is charged."""
    running = Subscription.objects.filter(
        status__in=[SubscriptionStatus.ACTIVE.value, SubscriptionStatus.TRIALING.value], cancel_at=None
    )
    moments = []
    for subscription in running:
        charge_at, method = next_charge_at(subscription), charged_payment_method(subscription)
        if charge_at is None or method is None or charge_at - TELL_BEFORE_RENEWAL <= now:
            continue
        if expires_before(charge_at, year=method.card_exp_year, month=method.card_exp_month):
            moments.append(charge_at - TELL_BEFORE_RENEWAL)
    return moments


def count_waiting(now: datetime) -> int:
    """Refreshes, reactions, tries and notices that are due at `now` (system time) and not done."""
    return (
        Work.objects.filter(done__lt=F("want"), dead_at=None, run_at__lte=now).count()
        + Transition.objects.filter(is_settled=False).count()
        + DunningAttempt.objects.filter(state__in=IN_FLIGHT_ATTEMPT_STATES, run_at__lte=now).count()
        + DunningCase.objects.filter(state=CaseState.CLOSING, run_at__lte=now).count()
        + Notice.objects.filter(state__in=[Notice.State.DUE, Notice.State.SENDING], run_at__lte=now).count()
    )
