"""Takes a change of plan back that waits for the period's end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now
from billing.services.schedule_plan_change import undo_scheduled_change
from billing.terms import PlanChangeState
from billing.web.errors import explain_failures


@require_POST
@require_membership(billing=True)
@explain_failures
def undo_planned_change(request: HttpRequest, membership: Membership) -> HttpResponse:
    change = undo_scheduled_change(
        membership.organization, request_key=request_key_of(request), actor=membership.user, now=business_now()
    )
    if change.state == PlanChangeState.CANCELED:
        messages.success(request, "The change is taken back. Your plan goes on as before.")
    else:
        messages.info(request, "The new plan had begun already, so nothing was taken back.")
    return redirect("billing:overview")
