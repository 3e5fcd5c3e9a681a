"""What is sold. It is changed in the catalogue file and published by a command, never here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from billing.admin.shown import NOTHING, link_to, price_text
from billing.models import Feature, Plan, PlanFeature, Price


class PlanFeatureInline(ReadOnlyInline):
    model = PlanFeature
    verbose_name_plural = "Features and limits"
    fields = ["feature", "limit", "is_unlimited"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlanFeature]:
        rows: QuerySet[PlanFeature] = super().get_queryset(request)
        return rows.select_related("plan", "feature")


class PriceInline(ReadOnlyInline):
    model = Price
    verbose_name_plural = "Prices, old ones included"
    fields = ["lookup_key", "shown_price", "is_active", "stripe_price_id", "livemode", "created_at"]
    readonly_fields = ["shown_price"]
    ordering = ["-is_active", "currency_rank", "amount_minor"]
    show_change_link = True

    @display(description="Price")
    def shown_price(self, row: Price) -> str:
        return price_text(row.amount_minor, row.currency, row.interval)


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "on_sale", "trial_days", "is_free", "is_recommended", "is_archived"]
    list_filter = ["is_archived", "is_free"]
    search_fields = ["name", "code"]
    ordering = ["is_archived", "rank"]
    inlines = [PlanFeatureInline, PriceInline]
    readonly_fields = ["seats"]
    fields = ["name", "code", "tagline", "rank", "trial_days", "seats", "is_free", "is_recommended", "is_archived"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        rows: QuerySet[Plan] = super().get_queryset(request)
        return rows.prefetch_related("prices")

    @display(description="Seats")
    def seats(self, row: Plan) -> str:
        terms = row.seat_terms
        return f"{terms.minimum} to {terms.maximum}" if terms else NOTHING

    @display(description="On sale for")
    def on_sale(self, row: Plan) -> str:
        prices = sorted(
            (price for price in row.prices.all() if price.is_active),
            key=lambda price: (price.currency_rank, price.amount_minor),
        )
        return (
            ", ".join(price_text(price.amount_minor, price.currency, price.interval) for price in prices) or NOTHING
        )


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    list_display = ["lookup_key", "shown_plan", "shown_price", "is_active", "stripe_price_id", "created_at"]
    list_filter = ["is_active", "plan", "currency", "interval", "livemode"]
    list_select_related = ["plan"]
    search_fields = ["=stripe_price_id", "lookup_key", "plan__name"]
    search_help_text = "A whole id (price_…), or a part of the lookup key or the plan's name."
    ordering = ["-is_active", "plan__rank", "currency_rank", "amount_minor"]
    readonly_fields = ["shown_plan", "shown_price"]
    fields = ["lookup_key", "shown_plan", "shown_price", "is_active", "stripe_price_id", "livemode", "created_at"]

    @display(description="Plan", ordering="plan__rank")
    def shown_plan(self, row: Price) -> SafeString | str:
        return link_to(row.plan)

    @display(description="Price", ordering="amount_minor")
    def shown_price(self, row: Price) -> str:
        return price_text(row.amount_minor, row.currency, row.interval)


@admin.register(Feature)
class FeatureAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "kind", "is_archived"]
    list_filter = ["kind", "is_archived"]
    search_fields = ["name", "code"]
    ordering = ["is_archived", "rank"]
    fields = ["name", "code", "kind", "counted", "unlimited", "rank", "is_archived"]
