"""The pages of webhooks, for those who manage the billing: where they go, of what, and with which secret."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now, system_now
from billing.errors import InvalidInput, WebhookUrlRefused
from billing.models import WebhookEndpoint
from billing.selectors.webhook_endpoints import delivery_page, endpoint_of, endpoints_of
from billing.services.redeliver_webhook import send_test_webhook
from billing.services.save_webhook_endpoint import add_webhook_endpoint, change_webhook_endpoint
from billing.services.switch_webhook_endpoint import (
    disable_webhook_endpoint,
    enable_webhook_endpoint,
    remove_webhook_endpoint,
    rotate_webhook_secret,
)
from billing.web.errors import explain_failures
from billing.web.page_number import page_number
from billing.web.webhook_forms import EndpointForm

_PAGE = "billing:webhook_endpoint"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def webhook_endpoints(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _list(request, membership, EndpointForm())
    request_key = request_key_of(request)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _list(request, membership, form, status=400)
    try:
        saved = add_webhook_endpoint(
            membership.organization, **form.cleaned_data, request_key=request_key, actor=membership.user
        )
    except (InvalidInput, WebhookUrlRefused) as error:
        form.add_error(str(error.details.get("field") or "url"), error.message)
        return _list(request, membership, form, status=error.status)
    return _shown_once(request, saved.endpoint, saved.secret)


@require_safe
@require_membership(billing=True)
@explain_failures
def webhook_endpoint(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    endpoint = endpoint_of(membership.organization, endpoint_uuid)
    page = delivery_page(endpoint, number=page_number(request))
    signs_twice_until = endpoint.previous_secret_until
    context = {
        "endpoint": endpoint,
        "page": page,
        "signs_twice_until": signs_twice_until if signs_twice_until and signs_twice_until > system_now() else None,
    }
    return render(request, "billing/webhook_endpoint.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def edit_webhook_endpoint(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    endpoint = endpoint_of(membership.organization, endpoint_uuid)
    if request.method != "POST":
        saved = {"url": endpoint.url, "description": endpoint.description, "kinds": endpoint.kinds}
        return _edit(request, endpoint, EndpointForm(initial=saved))
    request_key_of(request)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _edit(request, endpoint, form, status=400)
    try:
        change_webhook_endpoint(membership.organization, endpoint_uuid, **form.cleaned_data, actor=membership.user)
    except (InvalidInput, WebhookUrlRefused) as error:
        form.add_error(str(error.details.get("field") or "url"), error.message)
        return _edit(request, endpoint, form, status=error.status)
    messages.success(request, "Saved. It counts for what happens from now on.")
    return redirect(_PAGE, endpoint_uuid)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def rotate_secret(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    if request.method != "POST":
        context = {"endpoint": endpoint_of(membership.organization, endpoint_uuid)}
        return render(request, "billing/webhook_rotate.html", context)
    renewed = rotate_webhook_secret(
        membership.organization,
        endpoint_uuid,
        request_key=request_key_of(request),
        actor=membership.user,
        now=system_now(),
    )
    return _shown_once(request, renewed.endpoint, renewed.secret, is_new=False)


@require_POST
@require_membership(billing=True)
@explain_failures
def disable_endpoint(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    request_key_of(request)
    disable_webhook_endpoint(membership.organization, endpoint_uuid, actor=membership.user, now=system_now())
    messages.success(request, "Switched off. Nothing is sent there until you switch it on.")
    return redirect(_PAGE, endpoint_uuid)


@require_POST
@require_membership(billing=True)
@explain_failures
def enable_endpoint(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    request_key_of(request)
    enable_webhook_endpoint(membership.organization, endpoint_uuid, actor=membership.user, now=system_now())
    messages.success(request, "Switched on. What waited is sent now.")
    return redirect(_PAGE, endpoint_uuid)


@require_POST
@require_membership(billing=True)
@explain_failures
def send_test(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    delivery = send_test_webhook(
        membership.organization,
        endpoint_uuid,
        request_key=request_key_of(request),
        actor=membership.user,
        now=business_now(),
    )
    messages.success(request, "The test is on its way. Look again in a few seconds.")
    return redirect("billing:webhook_delivery", delivery.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def remove_endpoint(request: HttpRequest, membership: Membership, endpoint_uuid: UUID) -> HttpResponse:
    if request.method != "POST":
        context = {"endpoint": endpoint_of(membership.organization, endpoint_uuid)}
        return render(request, "billing/webhook_remove.html", context)
    request_key_of(request)
    remove_webhook_endpoint(membership.organization, endpoint_uuid, actor=membership.user)
    messages.success(request, "Removed. Nothing is sent there any more.")
    return redirect("billing:webhook_endpoints")


def _list(request: HttpRequest, membership: Membership, form: EndpointForm, *, status: int = 200) -> HttpResponse:
    endpoints = list(endpoints_of(membership.organization))
    context: dict[str, Any] = {
        "endpoints": endpoints,
        "given_up": [one for one in endpoints if one.is_disabled and one.disabled_reason != "by_hand"],
        "form": form,
    }
    return render(request, "billing/webhook_endpoints.html", context, status=status)


def _edit(request: HttpRequest, endpoint: WebhookEndpoint, form: EndpointForm, *, status: int = 200) -> HttpResponse:
    return render(request, "billing/webhook_edit.html", {"endpoint": endpoint, "form": form}, status=status)


def _shown_once(request: HttpRequest, endpoint: WebhookEndpoint, secret: str, *, is_new: bool = True) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret, "is_new": is_new}
    return render(request, "billing/webhook_secret.html", context)
