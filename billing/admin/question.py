"""A page that asks staff before something is done: what happens, a reason, the verb, and one call to a service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from accounts.views.request_key import request_key_of
from billing.errors import BillingError, PreviewStale

_LONGEST_REASON = 300


class ReasonForm(forms.Form):
    """Why staff do it: kept on record, shown to staff only."""

    reason = forms.CharField(
        label="Reason",
        max_length=_LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For the record. Customers do not see it.",
    )


@dataclass(frozen=True, slots=True)
class Question:
    """`act` gets the form's values, the person and the request's key, and returns what to tell.

    `rows` are what is sent, name by name.
    """

    title: str
    sentences: Sequence[str]
    verb: str
    way_back: str
    act: Callable[[dict[str, Any], User, UUID], str]
    form: type[forms.Form] = ReasonForm
    initial: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[tuple[str, str]] = ()


def ask(request: HttpRequest, question: Question, *, model_admin: ModelAdmin) -> HttpResponse:
    """GET asks; POST does it and leads back. What the service refuses stands above the form, with its input kept.

    A sum that is not the shown one any more is asked for again.
    """
    form = question.form(request.POST) if request.method == "POST" else question.form(initial=dict(question.initial))
    if request.method == "POST" and form.is_valid():
        if not isinstance(request.user, User):
            raise PermissionDenied
        try:
            told = question.act(form.cleaned_data, request.user, request_key_of(request))
        except PreviewStale as error:
            messages.warning(request, f"{error.message} ({error.code})")
            return HttpResponseRedirect(request.path)
        except BillingError as error:
            form.add_error(None, f"{error.message} ({error.code})")
        else:
            messages.success(request, told)
            return HttpResponseRedirect(question.way_back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "opts": model_admin.model._meta,
        "sentences": question.sentences,
        "rows": question.rows,
        "form": form,
        "verb": question.verb,
        "way_back": question.way_back,
    }
    return TemplateResponse(request, "admin/billing/question.html", context)
