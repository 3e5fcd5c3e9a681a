"""Which customer at Stripe belongs to which organization, and the way to the customer's page."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin import customer_acts, customer_money, customer_plan
from billing.admin.access_filters import FeatureInUse, PlanInUse, ReadOnlyNow
from billing.admin.customer_page import show_customer
from billing.admin.history_page import history_link
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.search_page import search
from billing.admin.shown import access_text, link_to, link_to_list
from billing.admin.why_page import why
from billing.clock import business_now
from billing.models import Customer
from billing.selectors.access import access_for


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["shown_id", "payer", "currency", "is_delinquent", "is_deleted", "created_at"]
    list_filter = [PlanInUse, FeatureInUse, ReadOnlyNow, "currency", "is_delinquent", "is_deleted", "livemode"]
    list_select_related = ["organization"]
    search_fields = ["=stripe_customer_id", "organization__name", "organization__email"]
    search_help_text = "A whole id (cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["payer", "uses", "history", "subscriptions", "invoices", "charges"]
    fieldsets = [
        (
            None,
            {"fields": ["stripe_customer_id", "payer", "uses", "currency", "is_delinquent", "is_deleted"]},
        ),
        ("Look further", {"fields": ["history", "subscriptions", "invoices", "charges"]}),
        (
            "At Stripe",
            {"fields": ["default_stripe_payment_method_id", "livemode", "uuid", "created_at", "fetched_at"]},
        ),
    ]

    def get_urls(self) -> list[URLPattern]:
        def own(view: Any) -> Any:
            return self.admin_site.admin_view(partial(view, model_admin=self))

        of = "of/<int:organization_id>/"
        return [
            path("search/", own(search), name="billing_search"),
            path(of, own(show_customer), name="billing_customerpage"),
            path(f"{of}why/", own(why), name="billing_customer_why"),
            path(f"{of}note/", own(customer_acts.write_note), name="billing_customer_note"),
            path(f"{of}credit/", own(customer_money.give_credit), name="billing_customer_credit"),
            path(f"{of}cancel/", own(customer_plan.cancel_at_end), name="billing_customer_cancel"),
            path(f"{of}end-now/", own(customer_plan.end_now), name="billing_customer_end_now"),
            path(f"{of}resync/", own(customer_acts.resync), name="billing_customer_resync"),
            path("note/<int:note_id>/erase/", own(customer_acts.erase_note_page), name="billing_customer_erase_note"),
            *super().get_urls(),
        ]

    @display(description="Customer", ordering="stripe_customer_id")
    def shown_id(self, row: Customer) -> str:
        return row.stripe_customer_id or "Being created"

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: Customer) -> SafeString | str:
        return link_to(row.organization)

    @display(description="May use now")
    def uses(self, row: Customer) -> str:
        """The plan, why it is given, and what ends it."""
        return access_text(access_for(row.organization, business_now())) if row.organization else ""

    @display(description="History")
    def history(self, row: Customer) -> SafeString | str:
        return history_link(row.organization)

    @display(description="Subscriptions")
    def subscriptions(self, row: Customer) -> SafeString | str:
        return self._list_of(row, "billing_subscription", "Subscriptions of this customer")

    @display(description="Invoices")
    def invoices(self, row: Customer) -> SafeString | str:
        return self._list_of(row, "billing_invoice", "Invoices of this customer")

    @display(description="Charges")
    def charges(self, row: Customer) -> SafeString | str:
        return self._list_of(row, "billing_chargeattempt", "Each try to collect money")

    def _list_of(self, row: Customer, list_name: str, text: str) -> SafeString | str:
        return link_to_list(list_name, text if row.stripe_customer_id else "", q=row.stripe_customer_id or "")
