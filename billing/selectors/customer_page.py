"""Reads all that staff want to know of one customer at once: bounded lists, in a fixed number of queries.

It must not know how a page looks, nor who may see which part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership, Organization
from billing.models import (
    ChargeAttempt,
    Customer,
    CustomerNote,
    Dispute,
    DunningCase,
    Invoice,
    Notice,
    Price,
    Refund,
    StaffTask,
    Subscription,
)
from billing.rules.entitlement import Access
from billing.selectors.access import access_for
from billing.selectors.customer_rows import (
    BackRow,
    ChargeRow,
    InvoiceRow,
    MailRow,
    MemberRow,
    NoteRow,
    OpenRow,
    SubscriptionRow,
)
from billing.selectors.history import latest_entries
from billing.selectors.timeline import Entry

SHOWN = 6
MEMBERS_SHOWN = 20
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """The newest of a kind, and whether there are more of them than are shown."""

    shown: tuple[Row, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One customer in this mode (live or test). `customer` is who it is at Stripe, None before the first purchase."""

    organization: Organization
    customer: Customer | None
    access: Access
    members: Rows[MemberRow]
    subscriptions: Rows[SubscriptionRow]
    invoices: Rows[InvoiceRow]
    charges: Rows[ChargeRow]
    back: Rows[BackRow]
    open: Rows[OpenRow]
    mails: Rows[MailRow]
    notes: Rows[NoteRow]
    entries: tuple[Entry, ...]


def customer_page(organization_id: int, *, now: datetime) -> CustomerPage:
    """All of it at `now` (business time). Raises Organization.DoesNotExist."""
    customer = customer_of(organization_id)
    organization = customer.organization if customer else Organization.objects.get(pk=organization_id)
    subscriptions = _subscriptions(organization)
    return CustomerPage(
        organization=organization,
        customer=customer,
        access=access_for(organization, now),
        members=_members(organization),
        subscriptions=subscriptions,
        invoices=_invoices(organization),
        charges=_charges(organization),
        back=_back(organization),
        open=_open(organization),
        mails=_mails(organization),
        notes=_notes(organization),
        entries=latest_entries(
            organization,
            now=now,
            for_staff=True,
            known_plans={row.stripe_id: row.plan_name for row in subscriptions.shown},
        ),
    )


def customer_of(organization_id: int) -> Customer | None:
    """Who the organization is at Stripe in this mode: the present one, else the last that was deleted there."""
    rows = Customer.objects.filter(organization=organization_id, livemode=settings.STRIPE_LIVE_MODE)
    return rows.select_related("organization").order_by("is_deleted", "-created_at", "-pk").first()


def _rows(found: Iterable[Row], *, most: int = SHOWN) -> Rows[Row]:
    """`found` has been cut one row behind `most`."""
    rows = tuple(found)
    return Rows(rows[:most], len(rows) > most)


def _here(rows: QuerySet[Any], organization: Organization) -> QuerySet[Any]:
    return rows.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE).order_by("-created_at", "-pk")


def _members(organization: Organization) -> Rows[MemberRow]:
    found = Membership.objects.filter(organization=organization).select_related("user").order_by("created_at", "pk")
    return _rows(
        (
            MemberRow(row.user_id, row.user.get_full_name() or row.user.email, row.user.email, row.role)
            for row in found[: MEMBERS_SHOWN + 1]
        ),
        most=MEMBERS_SHOWN,
    )


def _subscriptions(organization: Organization) -> Rows[SubscriptionRow]:
    price = Price.objects.filter(stripe_price_id=OuterRef("stripe_price_id"))
    found = _here(Subscription.objects.all(), organization).annotate(
        plan_name=Coalesce(Subquery(price.values("plan__name")[:1]), Value("")),
        unit_amount_minor=Subquery(price.values("amount_minor")[:1]),
        interval=Subquery(price.values("interval")[:1]),
    )
    return _rows(
        SubscriptionRow(
            pk=row.pk,
            stripe_id=row.stripe_subscription_id,
            status=row.status,
            plan_name=row.plan_name,
            unit_amount_minor=row.unit_amount_minor,
            currency=row.currency,
            interval=row.interval,
            quantity=row.quantity,
            current_period_end=row.current_period_end,
            trial_end=row.trial_end,
            cancel_at=row.cancel_at,
            ended_at=row.ended_at,
            past_due_at=row.past_due_at,
            is_collection_paused=row.is_collection_paused,
        )
        for row in found[: SHOWN + 1]
    )


def _invoices(organization: Organization) -> Rows[InvoiceRow]:
    return _rows(
        InvoiceRow(
            pk=row.pk,
            stripe_id=row.stripe_invoice_id,
            number=row.number,
            status=row.status,
            total_minor=row.total_minor,
            remaining_minor=row.amount_remaining_minor,
            currency=row.currency,
            created_at=row.created_at,
            due_at=row.due_at,
        )
        for row in _here(Invoice.objects.all(), organization)[: SHOWN + 1]
    )


def _charges(organization: Organization) -> Rows[ChargeRow]:
    return _rows(
        ChargeRow(
            pk=row.pk,
            stripe_id=row.stripe_charge_id,
            status=row.status,
            amount_minor=row.amount_minor,
            refunded_minor=row.amount_refunded_minor,
            currency=row.currency,
            cause=row.decline_code or row.failure_code,
            card=f"{row.card_brand} {row.card_last4}".strip(),
            is_disputed=row.is_disputed,
            created_at=row.created_at,
        )
        for row in _here(ChargeAttempt.objects.all(), organization)[: SHOWN + 1]
    )


def _back(organization: Organization) -> Rows[BackRow]:
    """Refunds and disputes in one list: both are money that goes back."""
    columns = ["table", "pk", "stripe_id", "status", "reason", "amount_minor", "currency", "created_at", "due_at"]
    refunds = Refund.objects.annotate(
        table=Value("refund"), stripe_id=F("stripe_refund_id"), due_at=Value(None, output_field=DateTimeField())
    ).order_by()
    disputes = Dispute.objects.annotate(
        table=Value("dispute"), stripe_id=F("stripe_dispute_id"), due_at=F("evidence_due_at")
    ).order_by()
    first, second = (
        rows.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE).values_list(*columns)
        for rows in (refunds, disputes)
    )
    found = first.union(second, all=True).order_by("-created_at", "-pk")[: SHOWN + 1]
    return _rows(BackRow(*row) for row in found)


def _open(organization: Organization) -> Rows[OpenRow]:
    """What is not at its end: unpaid invoices that are pursued, then tasks of the staff."""
    columns = ["table", "pk", "words", "state_now", "sum_minor", "its_currency", "at", "by"]
    cases = DunningCase.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE, ended_at=None)
    tasks = StaffTask.objects.filter(organization=organization, resolved_at=None)
    first = cases.annotate(
        table=Value("case"),
        words=F("stripe_invoice_id"),
        state_now=F("state"),
        sum_minor=F("amount_minor"),
        its_currency=F("currency"),
        at=F("opened_at"),
        by=F("deadline_at"),
    )
    second = tasks.annotate(
        table=Value("task"),
        words=F("summary"),
        state_now=F("kind"),
        sum_minor=Value(0),
        its_currency=Value(""),
        at=F("created_at"),
        by=F("created_at"),
    )
    found = first.order_by().values_list(*columns).union(second.order_by().values_list(*columns), all=True)
    return _rows(OpenRow(*row) for row in found.order_by("table", "-at", "-pk")[: SHOWN + 1])


def _mails(organization: Organization) -> Rows[MailRow]:
    found = (
        Notice.objects.filter(organization=organization)
        .select_related("content")
        .defer("content__html", "content__text")
        .order_by("-pk")
    )
    return _rows(
        MailRow(
            pk=row.pk,
            kind=row.kind,
            state=row.state,
            subject=row.content.subject if hasattr(row, "content") else "",
            recipient=row.content.recipient if hasattr(row, "content") else "",
            at=row.sent_at or row.created_at,
        )
        for row in found[: SHOWN + 1]
    )


def _notes(organization: Organization) -> Rows[NoteRow]:
    found = CustomerNote.objects.filter(organization=organization, erased_at=None).select_related("author")
    return _rows(
        NoteRow(row.pk, row.author.get_full_name() if row.author else "", row.text, row.created_at)
        for row in found.order_by("-created_at", "-pk")[: SHOWN + 1]
    )
