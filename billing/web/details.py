"""The page of billing details: name, address, tax ids and billing e-mail, for those who manage the billing."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import business_now, system_now
from billing.errors import BillingError, InvalidInput, StripeUnreachable, TooManyMails
from billing.selectors.details import details_page
from billing.services.billing_details import add_tax_id, remove_tax_id, save_details
from billing.services.billing_email import request_billing_email
from billing.web.details_forms import BillingEmailForm, DetailsForm, TaxIdForm
from billing.web.errors import explain_failures

_LATER = "Saved. Our payment provider does not answer; it gets the change within minutes."


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(billing=True)
@explain_failures
def details(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.method != "POST":
        return _render(request, membership)
    request_key = request_key_of(request)
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return _render(request, membership, details_form=form, status=400)
    try:
        save_details(
            membership.organization,
            name=form.cleaned_data["name"],
            address=form.address(),
            request_key=request_key,
            actor=membership.user,
            now=business_now(),
        )
    except InvalidInput as error:
        return _refused(request, membership, error, details_form=form)
    except StripeUnreachable:
        messages.success(request, _LATER)
    else:
        messages.success(request, "Saved. It stands on the next invoice.")
    return redirect("billing:details")


@require_POST
@require_membership(billing=True)
@explain_failures
def change_email(request: HttpRequest, membership: Membership) -> HttpResponse:
    request_key = request_key_of(request)
    form = BillingEmailForm(request.POST)
    if not form.is_valid():
        return _render(request, membership, email_form=form, status=400)
    try:
        change = request_billing_email(
            membership.organization,
            email=form.cleaned_data["email"],
            request_key=request_key,
            actor=membership.user,
            now=business_now(),
        )
    except (InvalidInput, TooManyMails) as error:
        return _refused(request, membership, error, email_form=form)
    said = f"We have sent a link to {change.new_email}." if change else "Mail goes on to the same address."
    messages.success(request, said)
    return redirect("billing:details")


@require_POST
@require_membership(billing=True)
@explain_failures
def new_tax_id(request: HttpRequest, membership: Membership) -> HttpResponse:
    request_key = request_key_of(request)
    form = TaxIdForm(request.POST)
    if not form.is_valid():
        return _render(request, membership, tax_id_form=form, status=400)
    try:
        add_tax_id(
            membership.organization,
            kind=form.cleaned_data["kind"],
            value=form.cleaned_data["value"],
            request_key=request_key,
            actor=membership.user,
        )
    except InvalidInput as error:
        return _refused(request, membership, error, tax_id_form=form)
    messages.success(request, "The tax number is added. It stands on the next invoice.")
    return redirect("billing:details")


@require_POST
@require_membership(billing=True)
@explain_failures
def drop_tax_id(request: HttpRequest, membership: Membership, stripe_tax_id: str) -> HttpResponse:
    remove_tax_id(
        membership.organization,
        stripe_tax_id=stripe_tax_id,
        request_key=request_key_of(request),
        actor=membership.user,
    )
    messages.success(request, "The tax number is removed. Invoices that were written keep it.")
    return redirect("billing:details")


def _refused(request: HttpRequest, membership: Membership, error: BillingError, **forms: Form) -> HttpResponse:
    """The page with what was entered, and the refusal at its field."""
    for form in forms.values():
        with suppress(ValueError):
            form.add_error(str(error.details.get("field") or next(iter(form.fields))), error.message)
    return _render(request, membership, status=error.status, **forms)


def _render(request: HttpRequest, membership: Membership, *, status: int = 200, **forms: Form) -> HttpResponse:
    page = details_page(membership.organization, system_now())
    entered = {"name": page.name, **{part: getattr(page.address, part) for part in page.address.__slots__}}
    context: dict[str, Any] = {
        "page": page,
        "details_form": DetailsForm(initial=entered, auto_id="details_%s"),
        "email_form": BillingEmailForm(auto_id="email_%s"),
        "tax_id_form": TaxIdForm(auto_id="tax_%s"),
        "tab": "details",
        **forms,
    }
    return render(request, "billing/details.html", context, status=status)
