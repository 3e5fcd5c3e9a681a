"""The page on which staff have Stripe's list of events looked through for what never came."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import User
from billing.admin.read_only import ReadOnlyAdmin
from billing.clock import business_now
from webhooks.admin.replay_page import moment_widget
from webhooks.backfill import KEPT_DAYS, ask_for
from webhooks.models import Backfill
from webhooks.tasks import carry_on_backfill


class TimeForm(forms.Form):
    """From when to when; times are UTC, as everywhere in the admin."""

    since = forms.DateTimeField(label="Made at Stripe from (UTC)", widget=moment_widget())
    until = forms.DateTimeField(label="Until (UTC)", widget=moment_widget())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and since < business_now() - timedelta(days=KEPT_DAYS, hours=1):
            self.add_error(
                "since", f"Stripe keeps events for {KEPT_DAYS} days. For what is older, run billing_repair."
            )
        if since and until and since >= until:
            self.add_error("until", "This must be later than the beginning.")
        return given


def backfill_page(request: HttpRequest, *, model_admin: ReadOnlyAdmin) -> HttpResponse:
    """GET shows the form; POST starts the look and leads to the list, where it can be watched."""
    form = TimeForm(request.POST) if request.method == "POST" else TimeForm(initial=_last_day())
    looks = reverse("admin:webhooks_backfill_changelist")
    if request.method == "POST" and form.is_valid():
        if not isinstance(request.user, User):
            raise PermissionDenied
        look = ask_for(**form.cleaned_data, actor=request.user)
        with suppress(OperationalError):  # Without the broker the schedule finds the row.
            carry_on_backfill.delay(look.pk)
        messages.success(request, "The look was asked for. Load this page again to see how far it is.")
        return HttpResponseRedirect(looks)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Look for missing events",
        "opts": Backfill._meta,
        "form": form,
        "looks": looks,
    }
    return TemplateResponse(request, "admin/webhooks/backfill.html", context)


def _last_day() -> dict[str, str]:
    now = business_now()
    return {"since": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}", "until": f"{now:%Y-%m-%dT%H:%M}"}
