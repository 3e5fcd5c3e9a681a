"""What beat starts, and when it last did. The schedule stands in the settings, which overwrite it at each start."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.models import PeriodicTask
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.taken_out import take_out

take_out("django_celery_beat")


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ReadOnlyAdmin):
    list_display = ["name", "task", "when", "enabled", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]
    search_fields = ["name", "task"]
    ordering = ["name"]
    readonly_fields = ["when"]
    fields = ["name", "task", "when", "enabled", "last_run_at", "total_run_count", "expire_seconds", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        rows: QuerySet[PeriodicTask] = super().get_queryset(request)
        return rows.select_related("interval", "crontab", "solar", "clocked")

    @display(description="When")
    def when(self, row: PeriodicTask) -> str:
        return str(row.scheduler)
