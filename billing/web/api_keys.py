"""The page of API keys, for owners: made, replaced, revoked; the key itself is shown once, when it is made."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import system_now
from billing.errors import InvalidInput, NotFound
from billing.models import ApiKey
from billing.selectors.api_keys import KeyRow, key_row, key_rows
from billing.services.create_api_key import KeyWish, create_api_key
from billing.services.revoke_api_key import revoke_api_key
from billing.services.rotate_api_key import rotate_api_key
from billing.terms import ApiScope
from billing.web.errors import explain_failures

SCOPES = {
    ApiScope.ORGANIZATION_READ: "See the organization",
    ApiScope.CATALOGUE_READ: "See plans and prices",
    ApiScope.ENTITLEMENTS_READ: "Ask what the plan allows",
    ApiScope.SUBSCRIPTION_READ: "See the subscription",
    ApiScope.SUBSCRIPTION_WRITE: "Change plan and seats, pause, cancel",
    ApiScope.CHECKOUT_WRITE: "Open the checkout and Stripe's portal",
    ApiScope.PAYMENT_METHODS_READ: "See payment methods",
    ApiScope.PAYMENT_METHODS_WRITE: "Add, choose and remove payment methods",
    ApiScope.INVOICES_READ: "See invoices",
    ApiScope.WEBHOOKS_READ: "See webhook endpoints",
    ApiScope.WEBHOOKS_WRITE: "Add, change and remove webhook endpoints",
}
_LIVES = [("", "Until it is revoked"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")]
_OVERLAPS = [("0", "At once: it may be in wrong hands"), ("24", "For a day more"), ("168", "For a week more")]


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="Which program uses it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Name the program that will use the key."},
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        initial=[ApiScope.ENTITLEMENTS_READ.value],
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    life_days = forms.ChoiceField(choices=_LIVES, required=False, label="How long it holds")


class RotateForm(forms.Form):
    overlap_hours = forms.ChoiceField(
        choices=_OVERLAPS, initial="24", widget=forms.RadioSelect, label="How long does the old key go on?"
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(team=True)
@explain_failures
def api_keys(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _page(request, membership, KeyForm())
    request_key = request_key_of(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, membership, form, status=400)
    life = form.cleaned_data["life_days"]
    try:
        key, secret = create_api_key(
            membership.organization,
            wish=KeyWish(form.cleaned_data["name"], form.cleaned_data["scopes"], int(life) if life else None),
            request_key=request_key,
            actor=membership.user,
            now=system_now(),
        )
    except InvalidInput as error:
        form.add_error(str(error.details.get("field") or "name"), error.message)
        return _page(request, membership, form, status=error.status)
    return _shown_once(request, key, secret)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(team=True)
@explain_failures
def rotate(request: HttpRequest, membership: Membership, key_uuid: UUID) -> HttpResponse:
    if request.method != "POST":
        row = _row(membership, key_uuid)
        if row.is_replaced:
            raise NotFound()
        return render(request, "billing/api_key_rotate.html", {"row": row, "form": RotateForm()})
    request_key = request_key_of(request)
    form = RotateForm(request.POST)
    if not form.is_valid():
        context = {"row": _row(membership, key_uuid), "form": form}
        return render(request, "billing/api_key_rotate.html", context, status=400)
    key, secret = rotate_api_key(
        membership.organization,
        key_uuid,
        overlap=timedelta(hours=int(form.cleaned_data["overlap_hours"])),
        request_key=request_key,
        actor=membership.user,
        now=system_now(),
    )
    return _shown_once(request, key, secret)


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(team=True)
@explain_failures
def revoke(request: HttpRequest, membership: Membership, key_uuid: UUID) -> HttpResponse:
    if request.method != "POST":
        return render(request, "billing/api_key_revoke.html", {"row": _row(membership, key_uuid)})
    request_key_of(request)
    key = revoke_api_key(membership.organization, key_uuid, actor=membership.user, now=system_now())
    messages.success(request, f"{key.name} is revoked. The next request with it is refused.")
    return redirect("billing:api_keys")


def _row(membership: Membership, key_uuid: UUID) -> KeyRow:
    row = key_row(membership.organization, key_uuid, now=system_now())
    if row is None:
        raise NotFound()
    return row


def _page(request: HttpRequest, membership: Membership, form: KeyForm, *, status: int = 200) -> HttpResponse:
    context = {"rows": key_rows(membership.organization, now=system_now()), "form": form}
    return render(request, "billing/api_keys.html", context, status=status)


def _shown_once(request: HttpRequest, key: ApiKey, secret: str) -> HttpResponse:
    return render(request, "billing/api_key_made.html", {"key": key, "secret": secret})
