"""The queue of refunds: those to approve, those that failed, all others, and on each page what happened to it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from billing.admin.case_words import moment
from billing.admin.history_page import history_link
from billing.admin.objects import page_of
from billing.admin.question import Question, ask
from billing.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from billing.admin.refund_words import COLOURS, ENDS, HAPPENED, STATES
from billing.admin.shown import NOTHING, amount, link_to, words
from billing.clock import business_now
from billing.models import AuditEntry, RefundPart, RefundRequest
from billing.refunding import Wish
from billing.rules.refund import LONGEST_NOTE
from billing.selectors.refunds import TO_SEE_TO, story_of
from billing.services.decide_refund import approve_refund, close_refund, reject_refund
from billing.services.request_refund import ask_again
from billing.terms import ObjectKind, RefundOrigin, RefundState

_WAITING = [RefundState.REQUESTED.value]


class NoteForm(forms.Form):
    """Why it is decided so: kept on record, shown to staff only."""

    note = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For the record. Customers do not see it.",
    )


class PartInline(ReadOnlyInline):
    model = RefundPart
    verbose_name_plural = "Lines of the invoice"
    ordering = ["id"]
    fields = readonly_fields = ["description", "net", "tax"]

    @display(description="Net")
    def net(self, row: RefundPart) -> str:
        return amount(row.net_minor, row.request.currency)

    @display(description="Tax")
    def tax(self, row: RefundPart) -> str:
        return amount(row.tax_minor, row.request.currency)


class DecidesRefund(ReadOnlyAdmin):
    """Each needs its own permission. A form sent too late is let through: the service says what became of it."""

    actions_detail = ["approve", "reject", "again", "close"]

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "approve", object_id, states=_WAITING)

    def has_reject_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "approve", object_id, states=_WAITING)

    def has_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "request", object_id, states=TO_SEE_TO)

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "close", object_id, states=TO_SEE_TO)

    @action(description="Approve", url_path="approve", permissions=["approve"], icon="check")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            approve_refund(row.pk, note=given["note"], wish=_wish(actor, request_key))
            return "Approved. It goes to Stripe within seconds."

        return ask(request, _question(row, "Approve", "Approve and send it", act), model_admin=self)

    @action(description="Reject", url_path="reject", permissions=["reject"], icon="close")
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            reject_refund(row.pk, note=given["note"], wish=_wish(actor, request_key))
            return "Rejected. Nothing was sent."

        return ask(request, _question(row, "Reject", "Reject it", act), model_admin=self)

    @action(description="Ask again", url_path="again", permissions=["again"], icon="replay")
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            new = ask_again(row.pk, note=given["note"], wish=_wish(actor, request_key))
            return "Asked again." if new.decided_at else "Asked again. Another person has to approve it."

        return ask(request, _question(row, "Ask again for", "Ask for it again", act), model_admin=self)

    @action(description="Close", url_path="close", permissions=["close"], icon="task_alt")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = _row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            close_refund(row.pk, note=given["note"], wish=_wish(actor, request_key))
            return "Closed. Nothing was sent."

        return ask(request, _question(row, "Close", "Close it", act), model_admin=self)


@admin.register(RefundRequest)
class RefundRequestAdmin(DecidesRefund):
    list_display = ["payer", "gross", "shown_state", "shown_reason", "requested_by", "approved_by", "requested_at"]
    list_filter = ["state", "reason", "origin", "access", "currency", "livemode"]
    list_select_related = ["organization", "requested_by", "approved_by"]
    search_fields = [
        "=uuid",
        "=stripe_refund_id",
        "=stripe_credit_note_id",
        "=charge__stripe_charge_id",
        "=invoice__stripe_invoice_id",
        "=invoice__number",
        "organization__name",
        "organization__email",
    ]
    search_help_text = (
        "A whole id (re_…, cn_…, ch_…, in_… or ours), an invoice's number, or a part of a name or e-mail."
    )
    ordering = ["-requested_at", "-id"]
    inlines = [PartInline]
    readonly_fields = ["customer", "gross", "net", "tax", "where_it_stands", "shown_reason", "shown_origin", "plan"]
    readonly_fields += ["charged", "invoiced", "refund", "credit_note", "failed_because", "history", "story"]
    readonly_fields += ["earlier", "later"]
    fieldsets = [
        (None, {"fields": ["where_it_stands", "failed_because", "customer", "gross", "net", "tax"]}),
        ("Why", {"fields": ["shown_reason", "note", "plan", "shown_origin"]}),
        ("Who", {"fields": ["requested_by", "requested_at", "approved_by", "decided_at", "decision_note"]}),
        ("What happened", {"fields": ["story"]}),
        ("Look further", {"fields": ["charged", "invoiced", "refund", "credit_note", "earlier", "later", "history"]}),
        ("Record", {"fields": ["uuid", "sent_at", "livemode"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: RefundRequest) -> str:
        return str(row.organization or "Nobody we know")

    @display(description="Organization")
    def customer(self, row: RefundRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Gross", ordering="amount_minor")
    def gross(self, row: RefundRequest) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Net")
    def net(self, row: RefundRequest) -> str:
        return amount(row.net_minor, row.currency)

    @display(description="Tax")
    def tax(self, row: RefundRequest) -> str:
        return amount(row.tax_minor, row.currency)

    @display(description="State", ordering="state", label=COLOURS)
    def shown_state(self, row: RefundRequest) -> tuple[str, str]:
        return row.state, STATES.get(row.state, row.state)

    @display(description="State")
    def where_it_stands(self, row: RefundRequest) -> str:
        return STATES.get(row.state, row.state)

    @display(description="Reason", ordering="reason")
    def shown_reason(self, row: RefundRequest) -> str:
        return words(row.reason)

    @display(description="Made by")
    def shown_origin(self, row: RefundRequest) -> str:
        return "Somebody at Stripe" if row.origin == RefundOrigin.STRIPE else "Staff, here"

    @display(description="The plan")
    def plan(self, row: RefundRequest) -> str:
        return ENDS.get(row.access, row.access)

    @display(description="Failed because")
    def failed_because(self, row: RefundRequest) -> str:
        parts = [row.failure or words(row.failure_reason)] if row.failure or row.failure_reason else []
        if row.credit_note_failure:
            parts.append(f"No credit note was written: {row.credit_note_failure}")
        return " · ".join(parts) or NOTHING

    @display(description="Charge")
    def charged(self, row: RefundRequest) -> SafeString | str:
        return link_to(row.charge)

    @display(description="Invoice")
    def invoiced(self, row: RefundRequest) -> SafeString | str:
        return link_to(row.invoice)

    @display(description="Refund at Stripe")
    def refund(self, row: RefundRequest) -> SafeString | str:
        return page_of(ObjectKind.REFUND.value, row.stripe_refund_id or "") or row.stripe_refund_id or NOTHING

    @display(description="Credit note")
    def credit_note(self, row: RefundRequest) -> SafeString | str:
        note_id = row.stripe_credit_note_id
        return page_of(ObjectKind.CREDIT_NOTE.value, note_id) or note_id or NOTHING

    @display(description="Asked again for")
    def earlier(self, row: RefundRequest) -> SafeString | str:
        return link_to(row.replaces)

    @display(description="Asked again by")
    def later(self, row: RefundRequest) -> SafeString | str:
        return link_to(RefundRequest.objects.filter(replaces=row).first())

    @display(description="Customer's history")
    def history(self, row: RefundRequest) -> SafeString | str:
        return history_link(row.organization)

    @display(description="What happened")
    def story(self, row: RefundRequest) -> SafeString | str:
        lines = ((moment(entry.business_at), _line(entry)) for entry in story_of(row))
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {}</li>", lines))


def _line(entry: AuditEntry) -> str:
    said = HAPPENED.get(entry.action, words(entry.action))
    return f"{said}, by {entry.actor}" if entry.actor else said


def _may(request: HttpRequest, verb: str, object_id: Any, *, states: Any) -> bool:
    if not request.user.has_perm(f"billing.{verb}_refundrequest"):
        return False
    return request.method == "POST" or RefundRequest.objects.filter(pk=object_id, state__in=states).exists()


def _row(object_id: str) -> RefundRequest:
    return get_object_or_404(RefundRequest.objects.select_related("organization", "charge", "invoice"), pk=object_id)


def _wish(actor: User, request_key: UUID) -> Wish:
    return Wish(actor=actor, request_key=request_key, now=business_now())


def _question(row: RefundRequest, verb: str, button: str, act: Any) -> Question:
    gross = amount(row.amount_minor, row.currency)
    sums = f"{gross} with tax: {amount(row.net_minor, row.currency)} net, {amount(row.tax_minor, row.currency)} tax."
    asked = (
        f"Asked for by {row.requested_by or 'nobody we know'}: {words(row.reason)}. Their note: {row.note or NOTHING}"
    )
    sentences = [sums, asked, f"{ENDS.get(row.access, row.access)}."]
    if row.failure or row.failure_reason:
        sentences.append(f"It failed: {row.failure or words(row.failure_reason)}. The customer has no money.")
    return Question(
        title=f"{verb} the refund of {gross} to {row.organization or 'nobody we know'}",
        sentences=sentences,
        verb=button,
        way_back=reverse("admin:billing_refundrequest_change", args=[row.pk]),
        act=act,
        form=NoteForm,
    )
