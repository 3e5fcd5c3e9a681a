"""Where customers' programs hear of changes, and what became of each event; a secret is shown to nobody here."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from billing.admin.shown import link_to, link_to_list
from billing.models import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.terms.outgoing import DeliveryState

_COLOURS = {
    DeliveryState.WAITING.value: "info",
    DeliveryState.DELIVERED.value: "success",
    DeliveryState.FAILED.value: "danger",
}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "place", "description", "shown_state", "failures_in_a_row"]
    list_filter = ["disabled_reason", "livemode"]
    list_select_related = ["organization"]
    search_fields = ["=uuid", "organization__name", "description"]
    search_help_text = "A whole id of ours, or a part of the organization's name or of the address's own."
    ordering = ["-id"]
    readonly_fields = ["customer", "place", "types", "sent", "state"]
    fieldsets = [
        (None, {"fields": ["customer", "place", "description", "types", "created_by", "created_at", "sent"]}),
        ("State", {"fields": ["state", "disabled_at", "disabled_reason"]}),
        ("Tries", {"fields": ["last_delivered_at", "last_tried_at", "failures_in_a_row", "failing_since"]}),
        ("Keys", {"fields": ["uuid", "livemode", "previous_secret_until"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: WebhookEndpoint) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Address")
    def place(self, row: WebhookEndpoint) -> str:
        """Without its query, in which customers put passwords."""
        parts = urlsplit(row.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    @display(description="Types of event")
    def types(self, row: WebhookEndpoint) -> str:
        return ", ".join(row.kinds)

    @display(description="What was sent")
    def sent(self, row: WebhookEndpoint) -> SafeString | str:
        return link_to_list("billing_webhookdelivery", "Deliveries", q=str(row.uuid))

    @display(description="State", label={"off": "danger", "failing": "warning", "on": "success"})
    def shown_state(self, row: WebhookEndpoint) -> tuple[str, str]:
        if row.is_disabled:
            return "off", "Switched off"
        return ("failing", "Failing") if row.failures_in_a_row else ("on", "On")

    @display(description="State")
    def state(self, row: WebhookEndpoint) -> str:
        return self.shown_state(row)[1]


class _AttemptInline(ReadOnlyInline):
    model = WebhookAttempt
    verbose_name_plural = "Tries"
    ordering = ["id"]
    fields = readonly_fields = ["number", "at", "status_code", "error", "duration_ms", "answer"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "type", "shown_state", "tries", "sequence"]
    list_filter = ["state", "event__kind"]
    list_select_related = ["event", "endpoint__organization"]
    search_fields = ["=uuid", "=endpoint__uuid", "=event__uuid", "endpoint__organization__name"]
    search_help_text = "A whole id (ours, of the address, or of the event), or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["customer", "type", "address", "told"]
    inlines = [_AttemptInline]
    fieldsets = [
        (None, {"fields": ["customer", "type", "told", "address"]}),
        ("State", {"fields": ["state", "tries", "run_at", "created_at", "ended_at"]}),
        ("Keys", {"fields": ["uuid", "sequence"]}),
    ]

    @display(description="Organization")
    def customer(self, row: WebhookDelivery) -> SafeString | str:
        return link_to(row.endpoint.organization)

    @display(description="Type", ordering="event__kind")
    def type(self, row: WebhookDelivery) -> str:
        return row.event.kind

    @display(description="Event")
    def told(self, row: WebhookDelivery) -> SafeString | str:
        return link_to(row.event)

    @display(description="Address")
    def address(self, row: WebhookDelivery) -> SafeString | str:
        return link_to_list("billing_webhookendpoint", "Its page", q=str(row.endpoint.uuid))

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: WebhookDelivery) -> tuple[str, str]:
        return row.state, row.get_state_display()


@admin.register(OutgoingEvent)
class OutgoingEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "kind", "public_id"]
    list_filter = ["kind", "livemode"]
    list_select_related = ["organization"]
    search_fields = ["=uuid", "organization__name", "=cause"]
    search_help_text = "The id of the event, or a part of the organization's name."
    ordering = ["-id"]
    readonly_fields = ["customer", "public_id", "deliveries"]
    fieldsets = [
        (None, {"fields": ["customer", "kind", "public_id", "business_at", "created_at", "deliveries"]}),
        ("What is told", {"fields": ["data"]}),
        ("Keys", {"fields": ["uuid", "cause", "livemode"]}),
    ]

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        """Customers name an event as they got it: `evt_…`."""
        return super().get_search_results(request, queryset, search_term.removeprefix("evt_"))

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: OutgoingEvent) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Deliveries")
    def deliveries(self, row: OutgoingEvent) -> SafeString | str:
        return link_to_list("billing_webhookdelivery", "Where it went", q=str(row.uuid))
