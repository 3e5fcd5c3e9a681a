"""Who wanted to pause a plan or go on with it, and the periods that began after pauses."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import find, link_to
from billing.models import PauseRequest
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "danger",
}


@admin.register(PauseRequest)
class PauseRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "action", "resumes_at", "shown_state", "subscription", "requested_by"]
    list_filter = ["action", "state", "is_charged"]
    list_select_related = ["organization", "requested_by"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name or the e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "subscription"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "action", "subscription"]}),
        ("What", {"fields": ["resumes_at", "behaviour", "is_charged"]}),
        ("State", {"fields": ["state", "failure", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: PauseRequest) -> SafeString | str:
        return link_to(row.organization)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: PauseRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: PauseRequest) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)
