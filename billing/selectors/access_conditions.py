"""Says in the database's words when a subscription gives access: `rules.entitlement` and `rules.dunning.access`.

Conditions on rows of `Subscription`; a table of cases keeps the two the same.
"""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from billing.models import DunningCase
from billing.rules.dunning.access import HEARD_WITHIN, RECOVERED_STATES
from billing.rules.entitlement import OPEN_STATUSES
from billing.selectors.access import grace_terms
from billing.terms import (
    OPEN_CASE_STATES,
    STOPPED_AS_NOT_OWED,
    STOPPED_BY_DISPUTE,
    CaseState,
    FirstPaymentPolicy,
    SubscriptionStatus,
)

_PAST_DUE = Q(status=SubscriptionStatus.PAST_DUE.value)


def gives_access(now: datetime) -> Q:
    """Of every moment that closes access, none has come at `now` (business time, UTC)."""
    return (
        Q(status__in=[status.value for status in OPEN_STATUSES])
        & not_yet("ended_at", now)
        & not_yet("cancel_at", now)
        & not_yet("paused_paid_until", now)
        & (~_PAST_DUE | _is_open_unpaid(now))
    )


def is_read_only(now: datetime) -> Q:
    """An unpaid invoice has come to its read-only days at `now`; whether they are over, `gives_access` says."""
    return _PAST_DUE & Q(Exists(_counting_cases().filter(read_only_at__lte=now)))


def not_yet(field: str, now: datetime) -> Q:
    return Q(**{field: None}) | Q(**{f"{field}__gt": now})


def _is_open_unpaid(now: datetime) -> Q:
    """The days of its cases are not over; where no case counts, it is the grace that is not over."""
    counting = _counting_cases()
    closed = Exists(counting.filter(Q(access_closes_at__lte=now) | Q(state=CaseState.LOST.value, ended_at__lte=now)))
    in_days = Q(Exists(counting)) & ~Q(closed) & ~_is_first_payment_without_grace(now)
    return in_days | (~Q(Exists(counting)) & _in_grace(now))


def _in_grace(now: datetime) -> Q:
    length = timedelta(days=grace_terms().days)
    in_grace = Q(past_due_at__gt=now - length) & ~_is_first_payment_without_grace(now)
    return Q(past_due_at=None) | in_grace | Q(Exists(_settled_cases()))


def _is_first_payment_without_grace(now: datetime) -> Q:
    """Written so that it is never unknown: what is unknown, the database would take for false on both sides."""
    if grace_terms().first_payment != FirstPaymentPolicy.NO_ACCESS:
        return Q(pk__in=[])
    return Q(is_past_due_since_trial=True, past_due_at__isnull=False, past_due_at__lte=now)


def _counting_cases() -> QuerySet[DunningCase]:
    """Open ones, and of this run of failures the lost ones and those that a dispute stopped."""
    unpaid = Q(state=CaseState.LOST.value) | Q(state=CaseState.STOPPED.value, end_reason=STOPPED_BY_DISPUTE)
    return _cases().filter(Q(state__in=[state.value for state in OPEN_CASE_STATES]) | (unpaid & _is_of_run()))


def _settled_cases() -> QuerySet[DunningCase]:
    """Of this run of failures, those that were paid or forgiven."""
    is_paid = Q(state__in=[state.value for state in RECOVERED_STATES])
    is_forgiven = Q(state=CaseState.STOPPED.value, end_reason__in=STOPPED_AS_NOT_OWED)
    return _cases().filter(_is_of_run(), is_paid | is_forgiven)


def _cases() -> QuerySet[DunningCase]:
    return DunningCase.objects.filter(stripe_subscription_id=OuterRef("stripe_subscription_id"))


def _is_of_run() -> Q:
    heard_from = ExpressionWrapper(OuterRef("past_due_at") - HEARD_WITHIN, output_field=DateTimeField())
    return Q(ended_at__gte=heard_from)
