"""What must never be so of unpaid invoices: a case that nobody will move, or one that contradicts Stripe's word.

Reads only. `now` is system time, `business_now` business time: days of a case are counted in the latter. What the
worker has touched within the last hour is left alone, as the sandbox's clock may have jumped over its moment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import (
    CaseEvent,
    CaseRequest,
    ChargeAttempt,
    Dispute,
    DunningAttempt,
    DunningCase,
    DunningPolicy,
    Invoice,
    Subscription,
)
from billing.rules.dunning.policy import sha256_of
from billing.selectors.change_outcome import change_invoice_ids
from billing.selectors.invariants import Invariant
from billing.terms import (
    IN_FLIGHT_ATTEMPT_STATES,
    OPEN_CASE_STATES,
    AttemptState,
    CaseState,
    Collector,
    IntentState,
    InvoiceStatus,
    SubscriptionStatus,
)

_OPEN = [state.value for state in OPEN_CASE_STATES]
_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]
_HOUR = timedelta(hours=1)
_LONGEST_FLIGHT = timedelta(hours=25)
_NEVER_PURSUED = ("subscription_create", "manual")


def _waiting_overdue(now: datetime, business_now: datetime) -> Iterable[str]:
    late = DunningCase.objects.filter(state=CaseState.WAITING.value, due_at__lt=business_now - _HOUR)
    return _invoices(_untouched(late, now))


def _attempting_without_attempt(now: datetime, business_now: datetime) -> Iterable[str]:
    flying = DunningAttempt.objects.filter(case=OuterRef("pk"), state__in=_IN_FLIGHT)
    return _invoices(DunningCase.objects.filter(~Exists(flying), state=CaseState.ATTEMPTING.value))


def _attempt_in_flight(now: datetime, business_now: datetime) -> Iterable[str]:
    planned = Q(state=AttemptState.PLANNED.value, planned_at__lt=business_now - _LONGEST_FLIGHT)
    late = DunningAttempt.objects.filter(planned | Q(sent_system_at__lt=now - _LONGEST_FLIGHT), state__in=_IN_FLIGHT)
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _closing(now: datetime, business_now: datetime) -> Iterable[str]:
    return _invoices(_untouched(DunningCase.objects.filter(state=CaseState.CLOSING.value), now))


def _open_after_deadline(now: datetime, business_now: datetime) -> Iterable[str]:
    """A conflict waits for a person, who has its task; what Stripe collects, for its next try."""
    a_day_ago = business_now - timedelta(days=1)
    late = DunningCase.objects.filter(state__in=_OPEN, deadline_at__lt=a_day_ago)
    retried = Invoice.objects.filter(
        stripe_invoice_id=OuterRef("stripe_invoice_id"), next_payment_attempt_at__gt=a_day_ago
    )
    late = late.exclude(Exists(retried), collector=Collector.OBSERVE.value)
    return _invoices(_untouched(late.exclude(state=CaseState.CONFLICT.value), now))


def _open_without_open_invoice(now: datetime, business_now: datetime) -> Iterable[str]:
    over = Invoice.objects.filter(stripe_invoice_id=OuterRef("stripe_invoice_id"), fetched_at__lt=now - _HOUR)
    over = over.exclude(status=InvoiceStatus.OPEN.value)
    return _invoices(DunningCase.objects.filter(Exists(over), state__in=_OPEN))


def _unpaid_without_case(now: datetime, business_now: datetime) -> Iterable[str]:
    """A renewal that was tried in vain, of a plan that is past due for it, and that nothing forbids to pursue."""
    past_due = Subscription.objects.filter(
        livemode=settings.STRIPE_LIVE_MODE, status=SubscriptionStatus.PAST_DUE.value, ended_at=None
    )
    disputed = Dispute.objects.filter(stripe_charge_id=OuterRef("stripe_charge_id"))
    charges = ChargeAttempt.objects.filter(Exists(disputed), stripe_invoice_id=OuterRef("stripe_invoice_id"))
    unpaid = Invoice.objects.filter(
        ~Exists(charges),
        stripe_invoice_id__in=past_due.values("stripe_latest_invoice_id"),
        status=InvoiceStatus.OPEN.value,
        has_been_attempted=True,
        collection_method="charge_automatically",
        organization__isnull=False,
        fetched_at__lt=now - _HOUR,
    ).exclude(billing_reason__in=_NEVER_PURSUED)
    known = DunningCase.objects.filter(stripe_invoice_id=OuterRef("stripe_invoice_id"))
    strange = unpaid.filter(~Exists(known)).exclude(stripe_invoice_id__in=change_invoice_ids())
    return strange.order_by("pk").values_list("stripe_invoice_id", flat=True)


def _forgiving_recorded(now: datetime, business_now: datetime) -> Iterable[str]:
    late = CaseRequest.objects.filter(state=IntentState.RECORDED.value, created_at__lt=now - _HOUR)
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _policy_changed(now: datetime, business_now: datetime) -> Iterable[str]:
    rows = DunningPolicy.objects.order_by("pk")
    return (str(row) for row in rows.iterator() if sha256_of(row.body) != row.sha256)


def _untouched(cases: QuerySet[DunningCase], now: datetime) -> QuerySet[DunningCase]:
    """Those of which nothing was written within an hour of system time."""
    return cases.filter(~Exists(CaseEvent.objects.filter(case=OuterRef("pk"), created_at__gt=now - _HOUR)))


def _invoices(cases: QuerySet[DunningCase]) -> Iterable[str]:
    return cases.order_by("pk").values_list("stripe_invoice_id", flat=True)


INVARIANTS: tuple[Invariant, ...] = tuple(
    Invariant(name, says, broken, by_business_time=True)
    for name, says, broken in (
        ("dunning_overdue", "A try that is due is made within an hour.", _waiting_overdue),
        ("dunning_attempt_missing", "A case that is being tried has its try.", _attempting_without_attempt),
        ("dunning_attempt_in_flight", "The outcome of a try is known within 25 hours.", _attempt_in_flight),
        ("dunning_closing", "A final action is done within an hour.", _closing),
        ("dunning_after_deadline", "A case is over a day after its deadline.", _open_after_deadline),
        ("dunning_invoice_over", "What is pursued is open.", _open_without_open_invoice),
        ("unpaid_without_case", "A renewal that failed is pursued.", _unpaid_without_case),
        ("dunning_forgiving_recorded", "What staff forgive is void within an hour.", _forgiving_recorded),
        ("dunning_policy_changed", "A version of a policy never changes.", _policy_changed),
    )
)
