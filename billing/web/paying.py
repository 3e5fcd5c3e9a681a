"""Leads to an invoice's hosted page: from a mail by a signed link, and from the billing page to confirm a payment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.current import require_membership
from accounts.models import Membership
from billing.selectors.confirmation import invoice_to_confirm
from billing.selectors.pay_link import read_pay_link
from billing.services.open_invoice import look_at_invoice
from billing.web.errors import explain_failures
from billing.web.redirects import see_other
from billing.web.throttle import is_throttled

_LINKS_PER_MINUTE = 30


@never_cache
@require_safe
@explain_failures
def pay(request: HttpRequest, signed: str) -> HttpResponse:
    """The link of a mail. Opening it does nothing but lead on, however often and whoever opens it."""
    if is_throttled(request, "pay_link", limit=_LINKS_PER_MINUTE, seconds=60):
        return _private(render(request, "429.html", status=429))
    link = read_pay_link(signed)
    if link.is_lapsed:
        return _private(render(request, "billing/pay_link_closed.html", {"state": "lapsed"}, status=410))
    look = look_at_invoice(link.invoice)
    if look.pay_url:
        return _private(see_other(look.pay_url))
    context = {"state": look.state.value, "look": look}
    return _private(render(request, "billing/pay_link_closed.html", context, status=410))


@never_cache
@require_safe
@require_membership(billing=True)
@explain_failures
def confirm(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How far the bank's question about a payment is. Looking asks Stripe and changes nothing."""
    invoice = invoice_to_confirm(membership.organization, stripe_invoice_id=request.GET.get("invoice", ""))
    look = look_at_invoice(invoice)
    return render(request, "billing/confirm.html", {"look": look, "state": look.state.value, "place": "billing"})


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: no other site and no index may learn it."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
