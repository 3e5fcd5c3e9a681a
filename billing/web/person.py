"""Deleting one's own account: what goes and what stays is said first, and the e-mail is typed to confirm."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountsError
from accounts.leaving import owned_alone
from accounts.models import User
from accounts.views.request_key import request_key_of
from billing.errors import InvalidInput
from billing.services.delete_person import delete_person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def delete_account(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, email=request.user.get_username())
    if request.method != "POST":
        return _render(request, user)
    request_key_of(request)
    try:
        delete_person(user, typed_email=request.POST.get("email", ""))
    except (AccountsError, InvalidInput) as error:
        return _render(request, user, refusal=error.message, status=error.status)
    logout(request)
    messages.success(request, "Your account is deleted. You are signed out.")
    return redirect("billing:pricing")


def _render(request: HttpRequest, user: User, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"alone": owned_alone(user), "refusal": refusal, "form": None, "place": "accounts"}
    return render(request, "billing/delete_account.html", context, status=status)
