"""Everything that happened to an organization's billing, page by page, for everybody in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.current import require_membership
from accounts.models import Membership
from billing.clock import business_now
from billing.selectors.history import history_page
from billing.web.errors import explain_failures
from billing.web.page_number import page_number


@require_safe
@require_membership()
@explain_failures
def history(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Staff who belong to the organization see the ids, too, and what only staff should read."""
    page = history_page(
        membership.organization,
        number=page_number(request),
        now=business_now(),
        for_staff=membership.user.is_staff,
    )
    return render(request, "billing/history.html", {"page": page, "tab": "history"})
