"""What became of one webhook: each try with its answer, what was sent, and the way to send it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.selectors.webhook_endpoints import delivery_story
from billing.services.redeliver_webhook import redeliver_webhook
from billing.web.errors import explain_failures


@require_safe
@require_membership(billing=True)
@explain_failures
def webhook_delivery(request: HttpRequest, membership: Membership, delivery_uuid: UUID) -> HttpResponse:
    context = {"story": delivery_story(membership.organization, delivery_uuid)}
    return render(request, "billing/webhook_delivery.html", context)


@require_POST
@require_membership(billing=True)
@explain_failures
def redeliver(request: HttpRequest, membership: Membership, delivery_uuid: UUID) -> HttpResponse:
    again = redeliver_webhook(
        membership.organization, delivery_uuid, request_key=request_key_of(request), actor=membership.user
    )
    messages.success(request, "It is sent again, with the same id. Look again in a few seconds.")
    return redirect("billing:webhook_delivery", again.uuid)
