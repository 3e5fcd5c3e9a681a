"""Lets nobody into the admin by password alone; it must not know what the admin's pages do.

Whoever has an authenticator app is asked for its code at sign-in anyway. This catches who has none yet, who took it
away, and sessions that are older than it.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

_OPEN_PAGES = frozenset({"login", "logout"})
_SET_UP = "Set up two-step sign-in first: staff open the admin only with it."
_SAY_AGAIN = "Enter the code of your authenticator app first: this session was begun without it."


class StaffSecondStepMiddleware:
    """Before any page of the admin, whatever the method: staff without a second step are led to it.

    What was posted is dropped, not kept for later.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.STAFF_MFA_REQUIRED or not _is_for_staff(request):
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff:
            return None  # The admin itself refuses them.
        if not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
            messages.warning(request, _SET_UP)
            return redirect("mfa_activate_totp")
        if any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
            return None
        messages.warning(request, _SAY_AGAIN)
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


def _is_for_staff(request: HttpRequest) -> bool:
    found = request.resolver_match
    return found is not None and "admin" in found.namespaces and found.url_name not in _OPEN_PAGES
