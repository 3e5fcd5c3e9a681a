"""Tells what happened to an organization's billing, from transitions, audit and the objects they name."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Organization
from billing.models import AuditEntry, Invoice, LocalTrial, Transition
from billing.money import Money
from billing.selectors.happenings import PUBLIC_ACTS, TOLD, Happening
from billing.selectors.payment_failure import CardName, DeclineCause
from billing.terms import ObjectKind, SubscriptionStatus

__all__ = ["LATEST", "PAGE_SIZE", "Entry", "Happening", "HistoryPage", "rows_of"]

LATEST = 10
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `at` is UTC, and what an entry does not speak of is empty.

    `who` did it: a name, or `SUPPORT` for a person of ours. `words` are the act's; `ids` are for staff.
    """

    happening: Happening
    at: datetime
    tone: str = ""
    plan_name: str = ""
    amount: Money | None = None
    card: CardName | None = None
    cause: DeclineCause | None = None
    invoice_number: str = ""
    invoice_url: str = ""
    who: str = ""
    words: str = ""
    ids: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of the timeline, the newest first, and what its pager says."""

    entries: tuple[Entry, ...]
    number: int
    first: int
    last: int
    total: int
    has_newer: bool
    has_older: bool


def rows_of(organization: Organization, *, for_staff: bool, now: datetime) -> QuerySet[Any, dict[str, Any]]:
    """The rows that make an entry, the newest first, as `at`, `table` and `pk`; to be sliced and counted."""
    parts = [
        _transitions(organization),
        AuditEntry.objects.filter(_acts(for_staff=for_staff), organization=organization),
        LocalTrial.objects.filter(organization=organization),
        LocalTrial.objects.filter(organization=organization, ended_at=None, ends_at__lte=now),
    ]
    moments = [F("business_at"), Coalesce("business_at", "created_at"), F("started_at"), F("ends_at")]
    tables = ["transition", "act", "trial_began", "trial_ended"]
    first, *others = (
        part.annotate(at=moment, table=Value(table)).values("at", "table", "pk")
        for part, moment, table in zip(parts, moments, tables, strict=True)
    )
    return first.union(*others, all=True).order_by("-at", "-table", "-pk")


def _transitions(organization: Organization) -> QuerySet[Transition]:
    """Without the invoices of nothing (a trial's first), and without the cancellation that an end takes away."""
    same = Transition.objects.filter(stripe_id=OuterRef("stripe_id"), business_at=OuterRef("business_at"))
    ends = same.filter(kind=ObjectKind.SUBSCRIPTION.value, to_state=SubscriptionStatus.CANCELED.value)
    of_nothing = Invoice.objects.filter(stripe_invoice_id=OuterRef("stripe_id"), total_minor=0)
    rows = Transition.objects.filter(
        _told(), organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_baseline=False
    )
    return rows.exclude(Exists(ends) & Q(aspect="cancellation")).exclude(Exists(of_nothing))


def _told() -> Q:
    told = Q(pk__in=[])
    for line in TOLD:
        one = Q(kind=line.kind.value, aspect=line.aspect, to_state=line.to_state)
        if line.from_states is not None:
            one &= Q(from_state__in=line.from_states)
        told |= one
    return told


def _acts(*, for_staff: bool) -> Q:
    return Q() if for_staff else Q(action__in=PUBLIC_ACTS)
