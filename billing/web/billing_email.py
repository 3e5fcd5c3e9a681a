"""Where the link of a new billing e-mail leads: a page with a button, since programs that scan mail follow links."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.clock import business_now
from billing.services.billing_email import confirm_billing_email, usable_email_link
from billing.web.errors import explain_failures


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@explain_failures
def confirm_email(request: HttpRequest, signed: str) -> HttpResponse:
    if request.method != "POST":
        return render(request, "billing/confirm_email.html", {"change": usable_email_link(signed)})
    change = confirm_billing_email(signed, now=business_now())
    return render(request, "billing/email_confirmed.html", {"change": change})
