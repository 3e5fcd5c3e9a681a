"""Reads an organization's invoices for its pages and exports; drafts and deleted ones are not the customer's yet."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.models import Organization
from billing.models import Invoice
from billing.money import Money
from billing.terms import InvoiceStatus

PAGE_SIZE = 12
LATEST = 4
EXPORT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of the list. Times are UTC; an address is empty where Stripe gave none."""

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


def latest_invoices(organization: Organization) -> tuple[InvoiceRow, ...]:
    """The first lines of the list. One query."""
    return tuple(_row(invoice) for invoice in invoice_rows(organization)[:LATEST])


def invoice_page(organization: Organization, *, number: int, is_open_only: bool = False) -> InvoicePage:
    """Page `number` (from 1); a number past the end shows the last page. Three queries."""
    rows = invoice_rows(organization)
    open_rows = rows.filter(status=InvoiceStatus.OPEN.value)
    open_total = open_rows.count()
    total = open_total if is_open_only else rows.count()
    number = max(1, min(number, -(-total // PAGE_SIZE)))
    first = (number - 1) * PAGE_SIZE
    shown = tuple(_row(invoice) for invoice in (open_rows if is_open_only else rows)[first : first + PAGE_SIZE])
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


def invoices_to_export(organization: Organization) -> tuple[InvoiceRow, ...]:
    """The newest invoices, up to a thousand, for a program. One query."""
    return tuple(
        _row(invoice) for invoice in invoice_rows(organization).order_by("-created_at", "-pk")[:EXPORT_LIMIT]
    )


def _row(invoice: Invoice) -> InvoiceRow:
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
    )
