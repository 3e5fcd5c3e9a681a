"""Who has had a trial, which trials were refused for their card, and whom staff let have another."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from accounts.models import Organization, User
from billing.admin.question import Question, ask
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, find, link_to
from billing.clock import business_now
from billing.models import TrialAllowance, TrialRedemption, TrialRefusal
from billing.services.allow_trial import allow_trial
from billing.terms import IntentState

_COLOURS = {
    IntentState.RECORDED.value: "info",
    IntentState.SUCCEEDED.value: "success",
    IntentState.FAILED.value: "warning",
}


class _AllowsAnother(ReadOnlyAdmin):
    """A row of an organization, with the one thing to do here: to let it have another trial."""

    actions_detail = ["allow_another"]
    search_fields = ["organization__name", "organization__email"]
    search_help_text = "A part of the organization's name or e-mail."

    def has_allow_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("billing.add_trialallowance"))

    @action(description="Allow another trial", url_path="allow", permissions=["allow"], icon="hourglass_top")
    def allow_another(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request).select_related("organization"), pk=object_id)
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change"
        return ask(request, _question(row.organization, way_back=reverse(name, args=[row.pk])), model_admin=self)

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: Any) -> SafeString | str:
        return link_to(row.organization)


def _question(organization: Organization, *, way_back: str) -> Question:
    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        allowance = allow_trial(
            organization, reason=given["reason"], request_key=request_key, actor=actor, now=business_now()
        )
        if allowance.used_at:
            return "Allowed. The trial that runs now goes on."
        return "Allowed. The next checkout of this organization begins with a trial."

    return Question(
        title=f"Allow {organization} another trial",
        sentences=[
            "A trial that is about to be cancelled for its card goes on. If there is none, the next checkout of this "
            "organization begins with a trial, whatever e-mail address or card was used before.",
            "One trial is allowed, and nothing is charged by this.",
        ],
        verb="Allow another trial",
        way_back=way_back,
        act=act,
    )


@admin.register(TrialRedemption)
class TrialRedemptionAdmin(_AllowsAnother):
    list_display = ["created_at", "customer", "checkout"]
    list_select_related = ["organization", "checkout_intent"]
    ordering = ["-id"]
    readonly_fields = ["customer", "checkout"]
    fieldsets = [(None, {"fields": ["customer", "checkout", "created_at"]})]

    @display(description="Checkout")
    def checkout(self, row: TrialRedemption) -> SafeString | str:
        return link_to(row.checkout_intent)


@admin.register(TrialRefusal)
class TrialRefusalAdmin(_AllowsAnother):
    list_display = ["created_at", "customer", "shown_state", "failure", "subscription"]
    list_filter = ["state"]
    list_select_related = ["organization"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "organization__email"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name or e-mail."
    ordering = ["-id"]
    readonly_fields = ["customer", "subscription", "card_seen_first"]
    fieldsets = [
        (None, {"fields": ["customer", "subscription", "card_seen_first"]}),
        ("State", {"fields": ["state", "failure", "created_at", "sent_at", "ended_at", "uuid"]}),
    ]

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: TrialRefusal) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Subscription")
    def subscription(self, row: TrialRefusal) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)

    @display(description="The card's first trial")
    def card_seen_first(self, row: TrialRefusal) -> SafeString | str:
        return find("billing_subscription", row.first_trial.stripe_subscription_id)


@admin.register(TrialAllowance)
class TrialAllowanceAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "customer", "granted_by", "reason", "used_at"]
    list_select_related = ["organization", "granted_by"]
    search_fields = ["=uuid", "=stripe_subscription_id", "organization__name", "granted_by__email", "reason"]
    search_help_text = "A whole id (sub_… or ours), or a part of the organization's name, the e-mail or the reason."
    ordering = ["-id"]
    readonly_fields = ["customer", "subscription"]
    fieldsets = [
        (None, {"fields": ["customer", "granted_by", "reason"]}),
        ("Used by", {"fields": ["subscription", "used_at"]}),
        ("Keys", {"fields": ["created_at", "uuid", "request_key"]}),
    ]

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: TrialAllowance) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Subscription")
    def subscription(self, row: TrialAllowance) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id) if row.stripe_subscription_id else NOTHING
