"""Subscriptions as Stripe last gave them, with plan and price by name."""

from datetime import datetime

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.history_page import history_link
from billing.admin.shown import NOTHING, find, link_to, link_to_list, price_text
from billing.admin.terms_actions import SetsTerms
from billing.admin.trial_actions import ChangesTrial
from billing.models import Price, Subscription
from billing.terms import SubscriptionStatus

_COLOURS = {
    SubscriptionStatus.ACTIVE.value: "success",
    SubscriptionStatus.TRIALING.value: "info",
    SubscriptionStatus.PAST_DUE.value: "warning",
    SubscriptionStatus.UNPAID.value: "danger",
    SubscriptionStatus.INCOMPLETE.value: "warning",
}


@admin.register(Subscription)
class SubscriptionAdmin(SetsTerms, ChangesTrial):
    actions_detail = [*ChangesTrial.actions_detail, "send_invoices", "charge_card"]
    list_display = ["payer", "plan", "price", "shown_status", "renews_at", "cancel_at", "stripe_subscription_id"]
    list_filter = ["status", "cancel_at_period_end", "is_collection_paused", "livemode"]
    list_select_related = ["organization"]
    search_fields = ["=stripe_subscription_id", "=stripe_customer_id", "organization__name", "organization__email"]
    search_help_text = "A whole id (sub_… or cus_…), or a part of the organization's name or e-mail."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer", "history", "stripe_customer", "plan", "price", "invoices", "timeline"]
    fieldsets = [
        (None, {"fields": ["stripe_subscription_id", "customer", "status", "plan", "price", "quantity"]}),
        (
            "Runs",
            {"fields": ["created_at", "current_period_start", "current_period_end", "trial_start", "trial_end"]},
        ),
        ("Ends", {"fields": ["cancel_at", "cancel_at_period_end", "canceled_at", "ended_at", "past_due_at"]}),
        ("Look further", {"fields": ["history", "stripe_customer", "invoices", "timeline"]}),
        (
            "At Stripe",
            {
                "fields": [
                    "stripe_price_id",
                    "stripe_payment_method_id",
                    "collection_method",
                    "days_until_due",
                    "is_collection_paused",
                    "paused_paid_until",
                    "resumes_at",
                    "livemode",
                    "fetched_at",
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        price = Price.objects.filter(stripe_price_id=OuterRef("stripe_price_id"))
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.annotate(
            plan_name=Subquery(price.values("plan__name")[:1]),
            unit_amount_minor=Subquery(price.values("amount_minor")[:1]),
            interval=Subquery(price.values("interval")[:1]),
        )

    def running_trial_end(self, row: Subscription) -> datetime | None:
        return row.trial_end if row.status == SubscriptionStatus.TRIALING and row.organization_id else None

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: Subscription) -> str:
        return str(row.organization or "Nobody we know")

    @display(description="Organization")
    def customer(self, row: Subscription) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Plan", ordering="plan_name")
    def plan(self, row: Subscription) -> str:
        return row.plan_name or NOTHING  # type: ignore[attr-defined]

    @display(description="Price", ordering="unit_amount_minor")
    def price(self, row: Subscription) -> str:
        return price_text(row.unit_amount_minor, row.currency, row.interval, quantity=row.quantity)  # type: ignore[attr-defined]

    @display(description="Status", ordering="status", label=_COLOURS)
    def shown_status(self, row: Subscription) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description="Period ends", ordering="current_period_end")
    def renews_at(self, row: Subscription) -> object:
        return row.current_period_end

    @display(description="History")
    def history(self, row: Subscription) -> SafeString | str:
        return history_link(row.organization)

    @display(description="Customer")
    def stripe_customer(self, row: Subscription) -> SafeString | str:
        return find("billing_customer", row.stripe_customer_id)

    @display(description="Invoices")
    def invoices(self, row: Subscription) -> SafeString | str:
        return link_to_list("billing_invoice", "Invoices of this subscription", q=row.stripe_subscription_id)

    @display(description="Timeline")
    def timeline(self, row: Subscription) -> SafeString | str:
        return link_to_list("billing_transition", "What happened to it", q=row.stripe_subscription_id)
