"""Lists beside the dunning queue: tries of ours, what staff asked for, and the cards that are never tried again."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.case_inlines import answer_text
from billing.admin.case_words import ATTEMPT_COLOURS, trigger_text
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, amount, find, link_to, link_to_list
from billing.models import CardBlock, CaseRequest, DunningAttempt
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(DunningAttempt)
class DunningAttemptAdmin(ReadOnlyAdmin):
    list_display = ["uuid", "customer", "sum", "shown_state", "why", "sent_at", "answer", "of_case"]
    list_filter = ["state", "trigger", "currency"]
    list_select_related = ["case__organization"]
    search_fields = ["=uuid", "=stripe_charge_id", "=case__stripe_invoice_id", "case__organization__name"]
    search_help_text = "A whole id (ch_…, in_… or ours), or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["customer", "sum", "why", "of_case", "charge"]
    fieldsets = [
        (None, {"fields": ["customer", "of_case", "seq", "why", "state", "sum"]}),
        ("Answer", {"fields": ["charge", "decline_code", "failure"]}),
        ("Times", {"fields": ["planned_at", "sent_at", "sent_system_at", "ended_at", "run_at", "lease_until"]}),
        ("Record", {"fields": ["uuid", "stripe_payment_method_id"]}),
    ]

    @display(description="Organization", ordering="case__organization__name")
    def customer(self, row: DunningAttempt) -> SafeString | str:
        return link_to(row.case.organization)

    @display(description="Amount", ordering="amount_minor")
    def sum(self, row: DunningAttempt) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="State", ordering="state", label=ATTEMPT_COLOURS)
    def shown_state(self, row: DunningAttempt) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Because of", ordering="trigger")
    def why(self, row: DunningAttempt) -> str:
        return trigger_text(row.trigger)

    @display(description="Answer", ordering="decline_code")
    def answer(self, row: DunningAttempt) -> str:
        return answer_text(row)

    @display(description="Case", ordering="case")
    def of_case(self, row: DunningAttempt) -> SafeString | str:
        return link_to(row.case)

    @display(description="Charge")
    def charge(self, row: DunningAttempt) -> SafeString | str:
        return find("billing_chargeattempt", row.stripe_charge_id)


@admin.register(CaseRequest)
class CaseRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "action", "until", "shown_state", "of_case", "requested_by"]
    list_filter = ["action", "state"]
    list_select_related = ["organization", "requested_by", "case"]
    search_fields = ["=uuid", "=case__stripe_invoice_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (in_… or ours), or a part of the organization's name or the person's e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "of_case", "made"]
    fieldsets = [
        (None, {"fields": ["customer", "of_case", "action", "until", "moves_deadline", "reason", "requested_by"]}),
        ("State", {"fields": ["state", "failure", "made", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: CaseRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Case", ordering="case")
    def of_case(self, row: CaseRequest) -> SafeString | str:
        return link_to(row.case)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: CaseRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Try")
    def made(self, row: CaseRequest) -> SafeString | str:
        return link_to(row.attempt)


@admin.register(CardBlock)
class CardBlockAdmin(ReadOnlyAdmin):
    list_display = ["card_fingerprint", "reach", "reason", "charge", "created_at"]
    list_filter = ["reach", "reason"]
    search_fields = ["=card_fingerprint", "=stripe_charge_id", "=reason"]
    search_help_text = "A whole fingerprint, charge (ch_…) or code."
    ordering = ["-id"]
    readonly_fields = ["charge", "tries"]
    fieldsets = [
        (None, {"fields": ["card_fingerprint", "reach", "reason", "charge", "created_at"]}),
        ("Look further", {"fields": ["tries"]}),
    ]

    @display(description="Charge", ordering="stripe_charge_id")
    def charge(self, row: CardBlock) -> SafeString | str:
        return find("billing_chargeattempt", row.stripe_charge_id)

    @display(description="Tries on the card")
    def tries(self, row: CardBlock) -> SafeString | str:
        if not row.stripe_charge_id:
            return NOTHING
        return link_to_list("billing_dunningattempt", "That of the charge", q=row.stripe_charge_id)
