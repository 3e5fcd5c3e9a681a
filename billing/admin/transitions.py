"""The timeline: what happened to each object of Stripe's, and what was done about it."""

from functools import partial

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.history_page import history_link, show_history
from billing.admin.objects import list_of
from billing.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from billing.admin.shown import find, link_to, links, words
from billing.models import Handled, Transition


class HandledInline(ReadOnlyInline):
    model = Handled
    verbose_name_plural = "What was done about it"
    fields = ["reaction", "outcome", "created_at"]


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    list_display = ["business_at", "kind", "moved", "customer", "stripe_object", "is_settled"]
    list_filter = ["kind", "aspect", "to_state", "is_settled", "is_baseline", "livemode"]
    list_select_related = ["organization"]
    search_fields = ["=stripe_id", "organization__name", "organization__email"]
    search_help_text = "A whole id (sub_…, in_…, ch_…), or a part of the organization's name or e-mail."
    ordering = ["-id"]
    inlines = [HandledInline]
    readonly_fields = ["customer", "history", "moved", "stripe_object", "events"]
    fieldsets = [
        (None, {"fields": ["kind", "stripe_object", "customer", "history", "moved", "aspect"]}),
        ("When", {"fields": ["business_at", "observed_at"]}),
        ("Why and what then", {"fields": ["events", "is_settled", "is_baseline", "livemode"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(partial(show_history, model_admin=self))
        return [path("of/<int:organization_id>/", own, name="billing_organization_history"), *super().get_urls()]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: Transition) -> SafeString | str:
        return link_to(row.organization)

    @display(description="What happened", ordering="to_state")
    def moved(self, row: Transition) -> str:
        states = " → ".join(words(state) for state in (row.from_state, row.to_state) if state)
        return states if row.aspect == "status" else f"{words(row.aspect)}: {states}"

    @display(description="Object")
    def stripe_object(self, row: Transition) -> SafeString | str:
        list_name = list_of(row.kind)
        return find(list_name, row.stripe_id) if list_name else row.stripe_id

    @display(description="Events that led here")
    def events(self, row: Transition) -> SafeString | str:
        return links(find("webhooks_inboxevent", event_id) for event_id in row.event_ids)

    @display(description="History")
    def history(self, row: Transition) -> SafeString | str:
        return history_link(row.organization)
