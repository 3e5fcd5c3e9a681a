"""Which organization is current, and how one is opened; what it is called is changed with its billing details."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import choose_organization, enter_organization, memberships_of
from accounts.forms.team import NewOrganizationForm
from accounts.models import User
from accounts.organizations import open_organization
from accounts.views.request_key import posted_uuid, request_key_of


@require_http_methods(["GET", "POST"])
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "accounts/switch.html", {"memberships": memberships_of(request)})
    request_key_of(request)
    membership = choose_organization(request, posted_uuid(request, "organization"))
    messages.success(request, f"You are now working in {membership.organization.name}.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "POST"])
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """For who belongs to no organization (any more); everybody else has one since sign-up."""
    if memberships_of(request):
        return redirect("accounts:team")
    form = NewOrganizationForm(request.POST or None)
    if request.method == "GET":
        return render(request, "accounts/start.html", {"form": form})
    request_key_of(request)
    if not form.is_valid() or not isinstance(request.user, User):
        return render(request, "accounts/start.html", {"form": form}, status=400)
    enter_organization(request, open_organization(request.user, name=form.cleaned_data["name"]))
    return redirect(settings.LOGIN_REDIRECT_URL)
