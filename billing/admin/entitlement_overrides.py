"""What staff granted customers beside their plans: to look at, to grant from a customer's page, and to end."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Organization, User
from billing.admin.case_words import moment
from billing.admin.question import Question, ReasonForm, ask
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to
from billing.clock import business_now
from billing.models import EntitlementOverride, Feature, Plan
from billing.rules.override import OverrideTerms
from billing.services.end_override import end_override
from billing.services.grant_override import grant_override
from billing.terms import OverrideKind

_SENTENCES = [
    "Nothing is charged, and nothing changes at Stripe. The grant counts at once, beside whatever is paid for.",
    "A feature takes the place of what the plan says of it. A whole plan counts like a bought one, where it is the "
    "highest. It ends by itself at its end, or when somebody ends it.",
]
_KINDS = [
    (OverrideKind.ON.value, "Turn the feature on"),
    (OverrideKind.OFF.value, "Turn the feature off"),
    (OverrideKind.NUMBER.value, "Set the limit to a number"),
    (OverrideKind.UNLIMITED.value, "Lift the limit"),
]


def _what_choices() -> list[tuple[str, str]]:
    plans = Plan.objects.filter(is_archived=False, is_free=False).order_by("rank")
    features = Feature.objects.filter(is_archived=False).order_by("rank")
    return [
        *((f"feature:{code}", name) for code, name in features.values_list("code", "name")),
        *((f"plan:{code}", f"The whole plan {name}") for code, name in plans.values_list("code", "name")),
    ]


class GrantForm(ReasonForm):
    """What, how much, until when, and why; times are UTC, as everywhere in the admin."""

    what = forms.ChoiceField(choices=_what_choices, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label="For a feature", choices=_KINDS, required=False, widget=UnfoldAdminSelectWidget)
    limit = forms.IntegerField(label="The number", min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget)
    quantity = forms.IntegerField(
        label="For a whole plan: how many seats",
        min_value=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    ends_at = forms.DateTimeField(
        label="Until (UTC)",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="Empty: until somebody ends it.",
    )
    field_order = ["what", "kind", "limit", "quantity", "ends_at", "reason"]

    def terms(self) -> OverrideTerms:
        return _terms(self.cleaned_data)


def _terms(given: dict[str, Any]) -> OverrideTerms:
    sort, _, code = given["what"].partition(":")
    if sort == "plan":
        return OverrideTerms(
            OverrideKind.PLAN, code, quantity=given["quantity"] or _least_seats(code), ends_at=given["ends_at"]
        )
    kind = OverrideKind(given["kind"] or OverrideKind.ON)
    return OverrideTerms(kind, code, limit=given["limit"], ends_at=given["ends_at"])


def _least_seats(code: str) -> int:
    return Plan.objects.filter(code=code).values_list("minimum_seats", flat=True).first() or 1


@admin.register(EntitlementOverride)
class EntitlementOverrideAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "shown_grant", "ends_at", "ended_at", "created_by", "reason"]
    list_filter = ["kind", "feature", "plan"]
    list_select_related = ["organization", "feature", "plan", "created_by"]
    search_fields = ["=uuid", "organization__name", "organization__email", "created_by__email", "reason"]
    search_help_text = "A whole id, or a part of the organization's name, an e-mail or the reason."
    ordering = ["-id"]
    readonly_fields = ["customer", "shown_grant"]
    actions_detail = ["end"]
    fieldsets = [
        (None, {"fields": ["customer", "shown_grant", "created_by", "reason"]}),
        ("Counts", {"fields": ["starts_at", "ends_at"]}),
        ("Ended", {"fields": ["ended_at", "ended_by", "end_reason"]}),
        ("Keys", {"fields": ["created_at", "uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: EntitlementOverride) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Grants")
    def shown_grant(self, row: EntitlementOverride) -> str:
        """`Projects: 500`, `Exports: on`, `The whole plan Scale for 8 seats`."""
        if row.plan is not None:
            seats = f" for {row.quantity} seats" if row.plan.minimum_seats is not None else ""
            return f"The whole plan {row.plan}{seats}"
        return f"{row.feature}: {row.get_kind_display().lower() if row.limit is None else f'{row.limit:,}'}"

    def get_urls(self) -> list[URLPattern]:
        grant = path(
            "grant/<int:organization_id>/",
            self.admin_site.admin_view(self.grant),
            name="billing_entitlementoverride_grant",
        )
        return [grant, *super().get_urls()]

    def grant(self, request: HttpRequest, organization_id: int) -> HttpResponse:
        """Who may, grants it here; pages of a customer link to `admin:billing_entitlementoverride_grant`."""
        if not request.user.has_perm("billing.grant_entitlementoverride"):
            raise PermissionDenied
        organization = get_object_or_404(Organization, pk=organization_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            row = grant_override(
                organization,
                _terms(given),
                reason=given["reason"],
                request_key=request_key,
                actor=actor,
                now=business_now(),
            )
            return f"Granted. {self.shown_grant(row)}" + (f", until {moment(row.ends_at)}." if row.ends_at else ".")

        question = Question(
            title=f"Grant {organization} something beside its plan",
            sentences=_SENTENCES,
            verb="Grant it",
            way_back=reverse("admin:billing_entitlementoverride_changelist") + f"?q={organization.name}",
            act=act,
            form=GrantForm,
        )
        return ask(request, question, model_admin=self)

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("billing.end_entitlementoverride"):
            return False
        is_open = EntitlementOverride.objects.filter(pk=object_id, ended_at=None).exists()
        return request.method == "POST" or is_open

    @action(description="End it", url_path="end", permissions=["end"], icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rows = EntitlementOverride.objects.select_related("organization", "feature", "plan")
        row = get_object_or_404(rows, pk=object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            end_override(row.pk, reason=given["reason"], actor=actor, now=business_now())
            return "Ended. From now on the plan alone counts."

        question = Question(
            title=f"End what {row.organization} was granted",
            sentences=[f"{self.shown_grant(row)}. From now on it counts no more; it stays on record."],
            verb="End it",
            way_back=reverse("admin:billing_entitlementoverride_change", args=[row.pk]),
            act=act,
        )
        return ask(request, question, model_admin=self)
