"""What staff may do from the page of a running trial, be it a row of ours or a subscription at Stripe."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.decorators import action

from accounts.models import Organization
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.trial_pages import end_page, extend_page


class ChangesTrial(ReadOnlyAdmin):
    """Two buttons on the page of a running trial, for who has the permission `billing.add_trialchange`."""

    actions_detail = ["extend_trial", "end_trial"]

    def running_trial_end(self, row: Any) -> datetime | None:
        """When the row's trial ends (UTC); None where none runs, or it is nobody's that we know."""
        raise NotImplementedError

    def has_change_trial_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """A form that is sent after the trial's end is let through: the service says what became of it."""
        if not request.user.has_perm("billing.add_trialchange"):
            return False
        return request.method == "POST" or self._running(object_id) is not None

    @action(description="Extend the trial", url_path="extend", permissions=["change_trial"], icon="more_time")
    def extend_trial(self, request: HttpRequest, object_id: str) -> HttpResponse:
        organization = self._organization(object_id)
        return extend_page(
            request,
            organization,
            ends_at=self._running(object_id),
            way_back=self._page_of(object_id),
            model_admin=self,
        )

    @action(description="End the trial now", url_path="end", permissions=["change_trial"], icon="timer_off")
    def end_trial(self, request: HttpRequest, object_id: str) -> HttpResponse:
        organization = self._organization(object_id)
        return end_page(request, organization, way_back=self._page_of(object_id), model_admin=self)

    def _running(self, object_id: Any) -> datetime | None:
        row = self.model._default_manager.filter(pk=object_id).first() if object_id else None
        return self.running_trial_end(row) if row is not None else None

    def _organization(self, object_id: str) -> Organization:
        rows = self.model._default_manager.filter(organization__isnull=False).select_related("organization")
        return get_object_or_404(rows, pk=object_id).organization

    def _page_of(self, object_id: str) -> str:
        return reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change", args=[object_id])
