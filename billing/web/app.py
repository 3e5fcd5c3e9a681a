"""A small page of the product itself, to show how a page and a template ask for a feature or a limit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.current import require_membership
from accounts.models import Membership
from billing.rules.entitlement import Access
from billing.selectors.allowances import allowances_of
from billing.web.gates import require_feature


@require_safe
@require_membership()
@require_feature("exports")
def app(request: HttpRequest, membership: Membership, access: Access) -> HttpResponse:
    context = {"access": access, "allowances": allowances_of(membership.organization, access=access)}
    return render(request, "billing/app.html", context)
