"""An owner takes a copy of everything that is kept on the organization."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.models import Membership
from accounts.views.request_key import request_key_of
from billing.clock import system_now
from billing_project.archive import archive, file_name


@require_http_methods(["GET", "HEAD", "POST"])
@require_membership(team=True)
def export(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request)
    request_key_of(request)
    now = system_now()
    pieces = archive(membership.organization, actor=membership.user, now=now)
    answer = StreamingHttpResponse(pieces, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(membership.organization, now=now)}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "billing/export.html", {"place": "team"})
