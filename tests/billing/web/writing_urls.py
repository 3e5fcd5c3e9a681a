"""The pages of the product and one more that writes, as a company would guard its own."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.current import require_membership
from accounts.models import Membership
from billing.rules.entitlement import Access
from billing.web.gates import require_feature, require_writing
from billing_project.urls import urlpatterns as product


@require_membership()
@require_writing
def note(request: HttpRequest, membership: Membership) -> HttpResponse:
    return HttpResponse("form" if request.method == "GET" else "written")


@require_membership()
@require_feature("exports")
@require_writing
def export(request: HttpRequest, membership: Membership, access: Access) -> HttpResponse:
    return HttpResponse(f"written with {access.plan_name}")


urlpatterns = [*product, path("notes/", note), path("exports/new/", export)]
