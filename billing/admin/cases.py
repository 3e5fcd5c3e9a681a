"""The dunning queue: unpaid invoices that are pursued, and all that is known of each on one page."""

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from billing.admin.case_actions import ActsOnCase
from billing.admin.case_filters import Ends, Owes, WhetherOpen
from billing.admin.case_inlines import AttemptInline, RequestInline
from billing.admin.case_words import CASE_COLOURS, decline_text, end_text, story_of, waits_text
from billing.admin.dunning_report import report_page
from billing.admin.history_page import history_link
from billing.admin.objects import page_of
from billing.admin.shown import NOTHING, amount, link_to, link_to_list, links
from billing.models import DunningAttempt, DunningCase, Invoice
from billing.selectors.dunning_queue import blocks_of, mails_of
from billing.terms import Collector, ObjectKind


@admin.register(DunningCase)
class DunningCaseAdmin(ActsOnCase):
    list_display = ["invoice_number", "customer", "owed", "shown_state", "decline", "due_at", "tries", "deadline_at"]
    list_filter = [WhetherOpen, "state", Ends, Owes, "decline_class", "collector", "currency", "policy", "livemode"]
    list_select_related = ["organization"]
    search_fields = [
        "=uuid",
        "=stripe_invoice_id",
        "=stripe_subscription_id",
        "=attempts__stripe_charge_id",
        "=organization__billing_customers__stripe_customer_id",
        "organization__name",
        "organization__email",
    ]
    search_help_text = (
        "A whole id (in_…, sub_…, cus_…, ch_… or ours), or a part of the organization's name or e-mail."
    )
    ordering = ["deadline_at", "id"]
    actions_list = ["report"]
    inlines = [AttemptInline, RequestInline]
    readonly_fields = ["customer", "owed", "who_collects", "waits", "ended", "decline", "blocks"]
    readonly_fields += ["invoice", "subscription", "version", "mails", "tasks", "history", "story"]
    fieldsets = [
        (None, {"fields": ["customer", "owed", "state", "waits", "ended", "who_collects"]}),
        (
            "Days",
            {"fields": ["due_at", "held_until", "deadline_at", "read_only_at", "access_closes_at", "last_notice_at"]},
        ),
        ("The decline", {"fields": ["decline", "blocks", "retries", "retries_of_class", "last_try_at"]}),
        ("Story", {"fields": ["story"]}),
        ("Look further", {"fields": ["invoice", "subscription", "version", "mails", "tasks", "history"]}),
        (
            "Record",
            {"fields": ["uuid", "opened_at", "ended_at", "time_zone", "is_time_zone_guessed", "country", "livemode"]},
        ),
    ]

    @action(description="What came back", url_path="report", icon="monitoring")
    def report(self, request: HttpRequest) -> HttpResponse:
        return report_page(request, model_admin=self)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DunningCase]:
        numbers = Invoice.objects.filter(stripe_invoice_id=OuterRef("stripe_invoice_id")).values("number")
        rows: QuerySet[DunningCase] = super().get_queryset(request)
        sent = DunningAttempt.objects.filter(case=OuterRef("pk"), sent_at__isnull=False).order_by().values("case")
        return rows.annotate(
            number=Subquery(numbers[:1]),
            sent=Coalesce(Subquery(sent.annotate(tries=Count("pk")).values("tries")), 0),
        )

    @display(description="Invoice", ordering="number")
    def invoice_number(self, row: DunningCase) -> str:
        return row.number or row.stripe_invoice_id  # type: ignore[attr-defined]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: DunningCase) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Owed", ordering="amount_minor")
    def owed(self, row: DunningCase) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="State", ordering="state", label=CASE_COLOURS)
    def shown_state(self, row: DunningCase) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Decline", ordering="decline_class")
    def decline(self, row: DunningCase) -> str:
        return decline_text(row)

    @display(description="Our tries", ordering="sent")
    def tries(self, row: DunningCase) -> int:
        return row.sent  # type: ignore[attr-defined]

    @display(description="Waits because")
    def waits(self, row: DunningCase) -> str:
        return waits_text(row.waits_for)

    @display(description="Ended because")
    def ended(self, row: DunningCase) -> str:
        return end_text(row.end_reason)

    @display(description="Collected by")
    def who_collects(self, row: DunningCase) -> str:
        return "Us" if row.collector == Collector.OWN else "Stripe; we only watch"

    @display(description="Card blocks")
    def blocks(self, row: DunningCase) -> SafeString | str:
        return links(link_to(block) for block in blocks_of(row))

    @display(description="Invoice")
    def invoice(self, row: DunningCase) -> SafeString | str:
        return page_of(ObjectKind.INVOICE.value, row.stripe_invoice_id) or row.stripe_invoice_id

    @display(description="Subscription")
    def subscription(self, row: DunningCase) -> SafeString | str:
        return page_of(ObjectKind.SUBSCRIPTION.value, row.stripe_subscription_id) or row.stripe_subscription_id

    @display(description="Policy")
    def version(self, row: DunningCase) -> SafeString | str:
        return link_to(row.policy)

    @display(description="Mails")
    def mails(self, row: DunningCase) -> SafeString | str:
        return links(link_to(mail) for mail in mails_of(row))

    @display(description="Staff tasks")
    def tasks(self, row: DunningCase) -> SafeString | str:
        return link_to_list("billing_stafftask", "About this invoice", q=row.stripe_invoice_id)

    @display(description="History")
    def history(self, row: DunningCase) -> SafeString | str:
        return history_link(row.organization) or NOTHING

    @display(description="What happened")
    def story(self, row: DunningCase) -> SafeString | str:
        return story_of(row)
