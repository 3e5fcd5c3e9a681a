"""Every credit that staff gave, with what became of it; one is given from the customer's page."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import amount, link_to
from billing.models import CustomerCredit
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(CustomerCredit)
class CustomerCreditAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "payer", "total", "shown_state", "requested_by", "reason"]
    list_filter = ["state", "currency"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_customer_id", "=stripe_transaction_id", "=requested_by__email"]
    search_help_text = "A whole id (cus_…, cbtxn_… or ours), or the whole e-mail of who gave it."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "total"]
    fieldsets = [
        (None, {"fields": ["customer", "total", "requested_by", "reason"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["stripe_customer_id", "stripe_transaction_id", "uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: CustomerCredit) -> str:
        return str(row.organization)

    @display(description="Customer")
    def customer(self, row: CustomerCredit) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Credit", ordering="amount_minor")
    def total(self, row: CustomerCredit) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: CustomerCredit) -> tuple[str, str]:
        return row.state, row.get_state_display()
