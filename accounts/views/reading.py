"""Language and time zone: a person's own, and those in which an organization's billing mails are written."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.current import require_membership
from accounts.forms.reading import ReadingForm
from accounts.models import Membership, User
from accounts.models.reader import Reader
from accounts.views.request_key import request_key_of


@require_http_methods(["GET", "POST"])
@login_required
def own(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(email=request.user.get_username())
    return _answer(request, user, page="accounts/reading.html", name="accounts:reading")


@require_http_methods(["GET", "POST"])
@require_membership(billing=True)
def of_organization(request: HttpRequest, membership: Membership) -> HttpResponse:
    return _answer(
        request, membership.organization, page="accounts/reading_of_organization.html", name="accounts:mail_language"
    )


def _answer(request: HttpRequest, reader: Reader, *, page: str, name: str) -> HttpResponse:
    if request.method == "GET":
        form = ReadingForm(initial={"language": reader.language, "time_zone": reader.time_zone})
        return render(request, page, {"form": form})
    request_key_of(request)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return render(request, page, {"form": form}, status=400)
    reader.language, reader.time_zone = form.cleaned_data["language"], form.cleaned_data["time_zone"]
    reader.save(update_fields=["language", "time_zone"])
    messages.success(request, "Saved.")
    return redirect(name)
