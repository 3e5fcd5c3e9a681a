"""What people were shown before they changed their plan or seats, and the inputs behind it."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import amount, find, link_to
from billing.models import ChangePreview


@admin.register(ChangePreview)
class ChangePreviewAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "before", "after", "behaviour", "due_now", "due_next", "requested_by"]
    list_filter = ["behaviour", "direction"]
    list_select_related = ["organization", "requested_by", "price", "from_price"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "requested_by__email"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name or of the e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "before", "after", "subscription", "due_now", "due_next"]
    fieldsets = [
        (None, {"fields": ["customer", "requested_by", "before", "after", "direction", "behaviour", "subscription"]}),
        ("Now", {"fields": ["due_now", "lines", "proration_at", "effective_at"]}),
        ("Next invoice", {"fields": ["due_next", "next_at", "next_lines"]}),
        ("As Stripe is asked", {"fields": ["stripe_item_id", "proration_behavior", "payment_behavior", "basis"]}),
        ("Keys", {"fields": ["uuid", "created_at", "expires_at"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: ChangePreview) -> SafeString | str:
        return link_to(row.organization)

    @display(description="From")
    def before(self, row: ChangePreview) -> str:
        return f"{row.from_price or 'a price that is not ours'} × {row.from_quantity}"

    @display(description="To")
    def after(self, row: ChangePreview) -> str:
        return f"{row.price} × {row.quantity}"

    @display(description="Subscription")
    def subscription(self, row: ChangePreview) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)

    @display(description="Due now")
    def due_now(self, row: ChangePreview) -> str:
        return amount(row.due_now_minor, row.currency)

    @display(description="Due next")
    def due_next(self, row: ChangePreview) -> str:
        return amount(row.next_amount_minor, row.currency)
