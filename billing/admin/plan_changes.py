"""Changes of plan: what was decided and by whom, how far it came, and what waits for its day."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import find, link_to
from billing.models import PlanChange
from billing.terms import PlanChangeState

_COLOURS = {
    PlanChangeState.RECORDED.value: "info",
    PlanChangeState.AWAITING_PAYMENT.value: "warning",
    PlanChangeState.SCHEDULED.value: "info",
    PlanChangeState.SUCCEEDED.value: "success",
    PlanChangeState.FAILED.value: "danger",
    PlanChangeState.EXPIRED.value: "warning",
}


@admin.register(PlanChange)
class PlanChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "plans", "behaviour", "shown_state", "effective_at", "subscription"]
    list_filter = ["state", "behaviour", "direction", "release_reason"]
    list_select_related = ["organization", "price__plan", "from_price__plan"]
    search_fields = ["=uuid", "=stripe_subscription_id", "=stripe_schedule_id", "organization__name"]
    search_help_text = "A whole id (sub_…, sub_sched_… or ours), or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["customer", "subscription", "schedule", "invoice", "old_price", "new_price"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "subscription", "direction", "behaviour"]}),
        ("From and to", {"fields": ["old_price", "from_quantity", "new_price", "quantity"]}),
        (
            "State",
            {"fields": ["state", "failure", "created_at", "effective_at", "pays_until", "ended_at", "invoice"]},
        ),
        (
            "Schedule at Stripe",
            {
                "fields": [
                    "schedule",
                    "revision",
                    "written_revision",
                    "wanted_revision",
                    "release_reason",
                    "released_at",
                ]
            },
        ),
        ("Keys", {"fields": ["uuid", "request_key", "undo_request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: PlanChange) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Plans")
    def plans(self, row: PlanChange) -> str:
        before = row.from_price.plan.name if row.from_price else "another price"
        return f"{before} to {row.price.plan.name}"

    @display(description="From")
    def old_price(self, row: PlanChange) -> SafeString | str:
        return link_to(row.from_price)

    @display(description="To")
    def new_price(self, row: PlanChange) -> SafeString | str:
        return link_to(row.price)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: PlanChange) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: PlanChange) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)

    @display(description="Schedule")
    def schedule(self, row: PlanChange) -> SafeString | str:
        return find("billing_subscriptionschedule", row.stripe_schedule_id)

    @display(description="Invoice")
    def invoice(self, row: PlanChange) -> SafeString | str:
        return find("billing_invoice", row.stripe_invoice_id)
