"""A person's own name; e-mail, password and two-step sign-in are allauth's pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms.details import ProfileForm
from accounts.models import User
from accounts.views.request_key import request_key_of


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    # A copy, so that a name that is refused does not stand in the masthead.
    user = get_object_or_404(User, email=request.user.get_username())
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "GET":
        return render(request, "accounts/profile.html", {"form": form})
    request_key_of(request)
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=400)
    form.save()
    messages.success(request, "Saved.")
    return redirect("accounts:profile")
