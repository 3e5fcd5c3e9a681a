"""Renders what Django's own error views leave bare: the product's name, who may, and the way out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.current import membership_for
from accounts.team import owners_of
from billing.api.problems import problem_page

_API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(_API):
        return problem_page("bad_request")
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(_API):
        return problem_page("permission_denied")
    membership = membership_for(request)
    owners = owners_of(membership.organization) if membership else []
    return render(request, "403.html", {"reason": str(exception), "owners": owners}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request: whatever fails may be what a context processor needs."""
    if request.path.startswith(_API):
        return problem_page("server_error")
    context = {"product_name": settings.PRODUCT_NAME, "support_email": settings.SUPPORT_EMAIL}
    return HttpResponse(render_to_string("500.html", context), status=500)
