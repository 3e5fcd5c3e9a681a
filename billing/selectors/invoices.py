"""Reads an organization's invoices for its pages and exports; drafts and deleted ones are not the customer's yet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import Organization
from billing.errors import NotFound
from billing.models import ChargeAttempt, CreditNote, Invoice
from billing.money import Money
from billing.terms import CreditNoteStatus, InvoiceStatus

PAGE_SIZE = 12
LATEST = 4
EXPORT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A credit note, as it stands under its invoice."""

    number: str
    amount: Money
    created_at: datetime
    pdf_url: str


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of the list. Times are UTC; an address is empty where Stripe gave none.

    `refunded` is what was sent back of what was paid, or None; `is_overdue` says that a day to pay by has passed.
    """

    stripe_invoice_id: str
    number: str
    status: str
    billing_reason: str
    total: Money
    amount_remaining: Money
    created_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    pay_url: str
    hosted_url: str
    pdf_url: str
    is_overdue: bool = False
    refunded: Money | None = None
    credit_notes: tuple[CreditRow, ...] = ()

    @property
    def shown_status(self) -> str:
        """Stripe's status, or `refunded` once all that was paid has been sent back."""
        is_back = self.refunded is not None and self.refunded.amount_minor >= self.total.amount_minor
        return "refunded" if is_back else self.status


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of the list, and what its pager says."""

    rows: tuple[InvoiceRow, ...]
    number: int
    first: int
    last: int
    total: int
    open_total: int
    has_newer: bool
    has_older: bool


def invoice_rows(organization: Organization) -> QuerySet[Invoice]:
    """The invoices that the customer has been given, open ones first, then the newest."""
    is_open = Case(
        When(status=InvoiceStatus.OPEN.value, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return (
        Invoice.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_deleted=False)
        .exclude(status=InvoiceStatus.DRAFT.value)
        .order_by(is_open, "-created_at", "-pk")
    )


def has_paid(organization: Organization) -> bool:
    """Whether an invoice of the organization's was ever paid with money. One query."""
    return Invoice.objects.filter(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        status=InvoiceStatus.PAID.value,
        amount_paid_minor__gt=0,
    ).exists()


def latest_invoices(organization: Organization, *, now: datetime) -> tuple[InvoiceRow, ...]:
    """The first lines of the list at `now` (business time), without their credit notes. One query."""
    return tuple(_row(invoice, now=now) for invoice in invoice_rows(organization)[:LATEST])


def invoice_page(
    organization: Organization, *, number: int, now: datetime, is_open_only: bool = False
) -> InvoicePage:
    """Page `number` (from 1) at `now` (business time); a number past the end shows the last page. Five queries."""
    rows = invoice_rows(organization)
    open_rows = rows.filter(status=InvoiceStatus.OPEN.value)
    open_total = open_rows.count()
    total = open_total if is_open_only else rows.count()
    number = max(1, min(number, -(-total // PAGE_SIZE)))
    first = (number - 1) * PAGE_SIZE
    shown = with_what_came_back((open_rows if is_open_only else rows)[first : first + PAGE_SIZE], now=now)
    return InvoicePage(
        rows=shown,
        number=number,
        first=first + 1 if shown else 0,
        last=first + len(shown),
        total=total,
        open_total=open_total,
        has_newer=number > 1,
        has_older=first + len(shown) < total,
    )


def invoice_row(organization: Organization, stripe_invoice_id: str, *, now: datetime) -> InvoiceRow:
    """One invoice (`in_…`) of this organization's. Raises NotFound for a draft and for somebody else's."""
    rows = invoice_rows(organization).filter(stripe_invoice_id=stripe_invoice_id)
    found = with_what_came_back(rows, now=now)
    if not found:
        raise NotFound("There is no such invoice.")
    return found[0]


def invoices_to_export(organization: Organization) -> tuple[InvoiceRow, ...]:
    """The newest invoices, up to a thousand, for a program. One query."""
    return tuple(
        _row(invoice, now=None)
        for invoice in invoice_rows(organization).order_by("-created_at", "-pk")[:EXPORT_LIMIT]
    )


def with_what_came_back(invoices: Iterable[Invoice], *, now: datetime) -> tuple[InvoiceRow, ...]:
    """Lines of the list with their credit notes and refunds, in the same order. Two queries beside the invoices'."""
    rows = [_row(invoice, now=now) for invoice in invoices]
    ids = [row.stripe_invoice_id for row in rows]
    notes: dict[str, list[CreditRow]] = defaultdict(list)
    issued = CreditNote.objects.filter(stripe_invoice_id__in=ids, status=CreditNoteStatus.ISSUED.value)
    for note in issued.order_by("created_at", "pk"):
        amount = -Money(note.total_minor, note.currency)
        notes[note.stripe_invoice_id].append(CreditRow(str(note), amount, note.created_at, note.pdf_url))
    refunded: dict[str, int] = defaultdict(int)
    for charge in ChargeAttempt.objects.filter(stripe_invoice_id__in=ids, amount_refunded_minor__gt=0):
        refunded[charge.stripe_invoice_id] += charge.amount_refunded_minor
    return tuple(
        replace(
            row,
            credit_notes=tuple(notes[row.stripe_invoice_id]),
            refunded=Money(back, row.total.currency) if (back := refunded[row.stripe_invoice_id]) else None,
        )
        for row in rows
    )


def _row(invoice: Invoice, *, now: datetime | None) -> InvoiceRow:
    is_open = invoice.status == InvoiceStatus.OPEN.value
    return InvoiceRow(
        stripe_invoice_id=invoice.stripe_invoice_id,
        number=invoice.number or invoice.stripe_invoice_id,
        status=invoice.status,
        billing_reason=invoice.billing_reason,
        total=Money(invoice.total_minor, invoice.currency),
        amount_remaining=Money(invoice.amount_remaining_minor, invoice.currency),
        created_at=invoice.created_at,
        due_at=invoice.due_at,
        paid_at=invoice.paid_at,
        pay_url=invoice.hosted_invoice_url if is_open else "",
        hosted_url=invoice.hosted_invoice_url,
        pdf_url=invoice.invoice_pdf_url,
        is_overdue=bool(is_open and now and invoice.due_at and invoice.due_at <= now),
    )
