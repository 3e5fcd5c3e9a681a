"""What Stripe is to hear of an organization, which billing e-mails wait for a confirmation, and who is deleted."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to
from billing.models import BillingEmailChange, DetailsRequest, Erasure
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(DetailsRequest)
class DetailsRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "payer", "action", "shown_state", "failure", "requested_by"]
    list_filter = ["action", "state"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=customer__stripe_customer_id", "organization__name"]
    search_help_text = "A whole id (cus_… or ours), or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["payer"]
    fieldsets = [
        (None, {"fields": ["payer", "requested_by", "action", "values"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: DetailsRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: DetailsRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()


@admin.register(BillingEmailChange)
class BillingEmailChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "payer", "old_email", "new_email", "confirmed_at", "replaced_at", "requested_by"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "organization__name", "old_email", "new_email"]
    search_help_text = "A part of the organization's name or of an address."
    ordering = ["-id"]
    readonly_fields = ["payer"]
    fieldsets = [
        (None, {"fields": ["payer", "requested_by", "old_email", "new_email"]}),
        ("When", {"fields": ["created_at", "expires_at", "confirmed_at", "replaced_at"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: BillingEmailChange) -> SafeString | str:
        return link_to(row.organization)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "payer", "shown_state", "stopped_at", "erased_at", "failure", "requested_by"]
    list_filter = ["state"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=organization__uuid", "organization__name"]
    search_help_text = "A whole id of ours, or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["payer"]
    fieldsets = [
        (None, {"fields": ["payer", "requested_by", "state", "failure"]}),
        ("When", {"fields": ["created_at", "stopped_at", "erased_at", "looked_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: Erasure) -> SafeString | str:
        return link_to(row.organization)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: Erasure) -> tuple[str, str]:
        return row.state, row.get_state_display()
