"""What waits to be refreshed from Stripe, and why it does not get done."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.models import Work


class WaitingFilter(admin.SimpleListFilter):
    """Whether a refresh of the object is outstanding."""

    title = "state"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Waiting"), ("failing", "Failing"), ("no", "Up to date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Work]) -> QuerySet[Work]:
        match self.value():
            case "yes":
                return queryset.filter(done__lt=F("want"))
            case "failing":
                return queryset.filter(attempts__gt=0)
            case "no":
                return queryset.filter(done__gte=F("want"))
        return queryset


@admin.register(Work)
class WorkAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "kind", "shown_state", "attempts", "run_at", "lease_until", "last_error"]
    list_filter = [WaitingFilter, "kind"]
    search_fields = ["=stripe_id", "=object_key"]
    search_help_text = "The whole id of an object (sub_…, in_…)."
    ordering = ["-run_at"]
    fieldsets = [
        (None, {"fields": ["stripe_id", "kind", "object_key"]}),
        ("Counts", {"fields": ["want", "done", "fence", "attempts"]}),
        ("Times", {"fields": ["run_at", "lease_until", "created_at"]}),
        ("Record", {"fields": ["last_error", "event_ids"]}),
    ]

    @display(
        description="State",
        label={"failing": "danger", "waiting": "info", "done": "success"},
    )
    def shown_state(self, row: Work) -> tuple[str, str]:
        if row.attempts:
            return "failing", "Failing"
        return ("waiting", "Waiting") if row.done < row.want else ("done", "Up to date")
