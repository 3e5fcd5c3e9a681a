"""The report of dunning: what came back over a period, with the meaning of each figure beside it, and as CSV."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from billing.admin.shown import amount
from billing.clock import business_now
from billing.selectors.dunning_report import Cut, Line, dunning_report

_DAYS = 30
_TITLES = {
    Cut.DECLINE: ("By decline code", "Code"),
    Cut.ATTEMPT: ("By number of the try", "Try"),
    Cut.POLICY: ("By policy version", "Policy"),
}
_COLUMNS = ["cut", "label", "currency", "recovered", "recovered_minor", "late", "late_minor", "lost", "lost_minor"]
_COLUMNS += ["stopped", "attempts"]


class PeriodForm(forms.Form):
    """Whole days in UTC, both included."""

    since = forms.DateField(
        label="From", widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}), help_text="Whole days in UTC."
    )
    until = forms.DateField(label="To", widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", "The period ends before it begins.")
        return given


def report_page(request: HttpRequest, *, model_admin: ModelAdmin) -> HttpResponse:
    """The last thirty days, or the period that was asked for; `format=csv` downloads the same lines."""
    if not request.user.has_perm("billing.view_dunningcase"):
        raise PermissionDenied
    today = business_now().astimezone(UTC).date()
    form = PeriodForm(request.GET if "since" in request.GET else _last_days(today))
    lines = _lines(form.cleaned_data) if form.is_valid() else []
    if form.is_valid() and request.GET.get("format") == "csv":
        return _as_csv(lines, form.cleaned_data)
    period = form.cleaned_data if form.is_valid() else {}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "What dunning brought back",
        "opts": model_admin.model._meta,
        "form": form,
        "tables": [_table(cut, lines) for cut in Cut],
        "csv_url": f"?since={period['since']}&until={period['until']}&format=csv" if period else "",
        "way_back": reverse("admin:billing_dunningcase_changelist"),
    }
    return TemplateResponse(request, "admin/billing/dunning_report.html", context)


def _last_days(today: date) -> dict[str, str]:
    return {"since": str(today - timedelta(days=_DAYS - 1)), "until": str(today)}


def _lines(period: dict[str, date]) -> list[Line]:
    return dunning_report(
        since=datetime.combine(period["since"], time(), tzinfo=UTC),
        until=datetime.combine(period["until"] + timedelta(days=1), time(), tzinfo=UTC),
        livemode=settings.STRIPE_LIVE_MODE,
    )


def _table(cut: Cut, lines: list[Line]) -> dict[str, Any]:
    title, head = _TITLES[cut]
    return {
        "id": cut.value,
        "title": title,
        "head": head,
        "is_by_attempt": cut == Cut.ATTEMPT,
        "rows": [_row(line) for line in lines if line.cut == cut],
    }


def _row(line: Line) -> dict[str, Any]:
    ended = line.ended
    return {
        "label": _label(line),
        "currency": line.currency.upper(),
        "recovered": line.recovered,
        "recovered_sum": amount(line.recovered_minor, line.currency),
        "share": f"{line.recovered / ended:.0%}" if ended else "",
        "late": line.late,
        "late_sum": amount(line.late_minor, line.currency),
        "lost": line.lost,
        "lost_sum": amount(line.lost_minor, line.currency),
        "stopped": line.stopped,
        "attempts": line.attempts,
    }


def _label(line: Line) -> str:
    if line.cut == Cut.ATTEMPT and line.label == "0":
        return "None: the customer paid"
    return line.label or "No decline known"


def _as_csv(lines: list[Line], period: dict[str, date]) -> HttpResponse:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in lines:
        writer.writerow([_cell(getattr(line, name)) for name in _COLUMNS])
    name = f"dunning-{period['since']}-{period['until']}.csv"
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cell(value: Any) -> str:
    """A code that a bank chose must not be a formula of whoever opens the file."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
