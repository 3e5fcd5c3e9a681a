"""Why a customer may or may not use a feature, now or at a past moment, as it was known then: the chain, with ids."""

from datetime import UTC, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from billing.admin.customer_acts import asked_organization
from billing.admin.customer_page import customer_url
from billing.clock import business_now
from billing.models import Customer, Feature
from billing.selectors.explain import Explained, explain


def _features() -> list[tuple[str, str]]:
    return list(Feature.objects.order_by("rank").values_list("code", "name"))


class WhyForm(forms.Form):
    """What, and when; times are UTC, as everywhere in the admin."""

    feature = forms.ChoiceField(choices=_features, widget=UnfoldAdminSelectWidget)
    at = forms.DateTimeField(
        label="At (UTC)",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="Empty: now.",
    )


def why(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """Asks for a feature and a moment, and answers on the same page. Nothing is changed by it."""
    organization = asked_organization(request, organization_id, "billing.view_subscription")
    form = WhyForm(request.GET if "feature" in request.GET else None)
    explained: Explained | None = None
    at: datetime | None = None
    if form.is_valid():
        at = form.cleaned_data["at"] or business_now().astimezone(UTC)
        explained = explain(organization, feature=form.cleaned_data["feature"], at=at)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Why does {organization} have access?",
        "opts": Customer._meta,
        "form": form,
        "explained": explained,
        "at": at,
        "way_back": customer_url(organization.pk),
    }
    return TemplateResponse(request, "admin/billing/why.html", context)
