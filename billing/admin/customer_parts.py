"""The lists on the customer's page in words: each line with a link, a sum and a state, for who may see such rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from billing.admin.case_words import CASE_COLOURS
from billing.admin.shown import amount, price_text, words
from billing.selectors.customer_page import CustomerPage, Rows
from billing.selectors.customer_rows import (
    BackRow,
    ChargeRow,
    InvoiceRow,
    MailRow,
    MemberRow,
    OpenRow,
    SubscriptionRow,
)
from billing.terms import ChargeStatus

_GOOD, _FAIR, _BAD, _CALM = "success", "warning", "danger", "info"
_TONES = {
    "active": _GOOD,
    "paid": _GOOD,
    "succeeded": _GOOD,
    "sent": _GOOD,
    "won": _GOOD,
    "trialing": _CALM,
    "pending": _CALM,
    "due": _CALM,
    "sending": _CALM,
    "under_review": _CALM,
    "past_due": _FAIR,
    "open": _FAIR,
    "requires_action": _FAIR,
    "warning_needs_response": _FAIR,
    "expired": _FAIR,
    "unpaid": _BAD,
    "uncollectible": _BAD,
    "failed": _BAD,
    "needs_response": _BAD,
    "lost": _BAD,
}


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is the link's, `notes` stand under it, `state` is a label in the colour `tone`."""

    text: str
    url: str
    notes: tuple[str, ...] = ()
    total: str = ""
    state: str = ""
    tone: str = ""
    refund_url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One list. `all_url` leads to all of it where there is more than is shown; `all_text` says of what."""

    title: str
    lines: tuple[Line, ...]
    empty: str
    all_url: str = ""
    all_text: str = ""


Kind = tuple[str, str, str, str, Rows[Any], Callable[[Any], Line]]


def parts_of(page: CustomerPage, user: Any) -> list[Part]:
    """What is open and the money, for who may see such rows."""
    kinds: list[Kind] = [
        ("billing.stafftask", "Open", "Nothing is open.", "tasks", page.open, _open_line),
        ("billing.subscription", "Subscriptions", "None so far.", "subscriptions", page.subscriptions, _plan_line),
        ("billing.invoice", "Invoices", "None so far.", "invoices", page.invoices, _invoice_line),
        ("billing.chargeattempt", "Payments", "Nothing was tried so far.", "payments", page.charges, _charge_line),
        ("billing.refund", "Refunds and disputes", "Nothing went back.", "refunds", page.back, _back_line),
    ]
    return [_part(page, *kind) for kind in kinds if _may_view(user, kind)]


def parts_beside(page: CustomerPage, user: Any) -> list[Part]:
    """Mails and people, for who may see such rows."""
    kinds: list[Kind] = [
        ("billing.notice", "Mails", "None so far.", "mails", page.mails, _mail_line),
        ("accounts.membership", "Members", "Nobody.", "members", page.members, _member_line),
    ]
    return [_part(page, *kind) for kind in kinds if _may_view(user, kind)]


def _may_view(user: Any, kind: Kind) -> bool:
    app, _, model = kind[0].partition(".")
    return bool(user.has_perm(f"{app}.view_{model}"))


def _part(
    page: CustomerPage,
    label: str,
    title: str,
    empty: str,
    all_text: str,
    found: Rows[Any],
    line: Callable[[Any], Line],
) -> Part:
    lines = tuple(line(row) for row in found.shown)
    list_name = label.replace(".", "_")
    all_url = f"{reverse(f'admin:{list_name}_changelist')}?organization__id__exact={page.organization.pk}"
    return Part(title, lines, empty, all_url if found.has_more else "", all_text)


def _page_of(list_name: str, pk: int) -> str:
    return reverse(f"admin:{list_name}_change", args=[pk])


def day(at: Any) -> str:
    return date_format(localtime(at), "DATE_FORMAT")


def _member_line(row: MemberRow) -> Line:
    notes = (row.email,) if row.email != row.name else ()
    return Line(row.name, _page_of("accounts_user", row.pk), notes, state=words(row.role))


def _plan_line(row: SubscriptionRow) -> Line:
    notes = [row.stripe_id]
    if row.quantity != 1:
        notes.append(f"{row.quantity} units")
    if row.ended_at:
        notes.append(f"ended {day(row.ended_at)}")
    elif row.cancel_at:
        notes.append(f"ends {day(row.cancel_at)}")
    elif row.is_collection_paused:
        notes.append("collection is paused")
    elif row.current_period_end:
        notes.append(f"period ends {day(row.current_period_end)}")
    return Line(
        row.plan_name or "A price that is not in the catalogue",
        _page_of("billing_subscription", row.pk),
        tuple(notes),
        total=price_text(row.unit_amount_minor, row.currency, row.interval, quantity=row.quantity),
        **_state(row.status),
    )


def _invoice_line(row: InvoiceRow) -> Line:
    notes = [row.stripe_id, day(row.created_at)]
    if row.remaining_minor and row.status == "open":
        notes.append(f"{amount(row.remaining_minor, row.currency)} left to pay")
        if row.due_at:
            notes.append(f"due {day(row.due_at)}")
    total = amount(row.total_minor, row.currency)
    url = _page_of("billing_invoice", row.pk)
    return Line(row.number or "Draft without a number", url, tuple(notes), total=total, **_state(row.status))


def _charge_line(row: ChargeRow) -> Line:
    notes = [row.stripe_id]
    if row.cause:
        notes.append(words(row.cause).lower())
    if row.refunded_minor:
        notes.append(f"{amount(row.refunded_minor, row.currency)} went back")
    if row.is_disputed:
        notes.append("disputed")
    text = f"{day(row.created_at)}, {row.card.capitalize()}" if row.card else day(row.created_at)
    total = amount(row.amount_minor, row.currency)
    is_refundable = row.status == ChargeStatus.SUCCEEDED and row.refunded_minor < row.amount_minor
    return Line(
        text,
        _page_of("billing_chargeattempt", row.pk),
        tuple(notes),
        total=total,
        refund_url=reverse("admin:billing_chargeattempt_refund", args=[row.pk]) if is_refundable else "",
        **_state(row.status),
    )


def _back_line(row: BackRow) -> Line:
    is_dispute = row.table == "dispute"
    notes = [row.stripe_id]
    if row.reason:
        notes.append(words(row.reason).lower())
    if is_dispute and row.due_at:
        notes.append(f"evidence by {day(row.due_at)}")
    return Line(
        f"{words(row.table)} of {day(row.created_at)}",
        _page_of(f"billing_{row.table}", row.pk),
        tuple(notes),
        total=amount(row.amount_minor, row.currency),
        **_state(row.status),
    )


def _open_line(row: OpenRow) -> Line:
    if row.table == "task":
        url = _page_of("billing_stafftask", row.pk)
        return Line(row.words, url, (f"since {day(row.at)}",), state="Staff task", tone=_FAIR)
    return Line(
        "Unpaid invoice",
        _page_of("billing_dunningcase", row.pk),
        (row.words, f"since {day(row.at)}", f"ends {day(row.deadline_at)}"),
        total=amount(row.amount_minor, row.currency),
        state=words(row.state),
        tone=CASE_COLOURS.get(row.state, ""),
    )


def _mail_line(row: MailRow) -> Line:
    notes = _filled([words(row.kind), row.recipient, day(row.at)])
    return Line(
        row.subject or "Its words were erased", _page_of("billing_notice", row.pk), notes, **_state(row.state)
    )


def _state(code: str) -> dict[str, str]:
    return {"state": words(code) if code else "", "tone": _TONES.get(code, "")}


def _filled(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
