"""How staff cancel a customer's plan from its page, at the period's end or at once; each is asked with a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldBooleanWidget

from accounts.models import Organization, User
from billing.admin.customer_acts import asked_organization
from billing.admin.customer_page import customer_url
from billing.admin.question import Question, ReasonForm, ask
from billing.clock import business_now
from billing.selectors.subscription import current_subscription
from billing.services.cancel_now import Leaving, cancel_now
from billing.services.cancellation import cancel_at_period_end


class EndNowForm(ReasonForm):
    """Whether a refund of the unused rest is to be looked at, and why it ends."""

    wants_refund = forms.BooleanField(
        label="Open a task: refund what was paid for the rest of the period",
        required=False,
        widget=UnfoldBooleanWidget,
    )
    field_order = ["wants_refund", "reason"]


def cancel_at_end(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    organization = asked_organization(request, organization_id, "billing.add_cancelrequest")

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        cancel_at_period_end(
            organization,
            reason="",
            comment="",
            request_key=request_key,
            actor=actor,
            now=business_now(),
            staff_reason=given["reason"],
        )
        return "Cancelled for the end of the period. The customer is told by e-mail."

    question = Question(
        title=f"Cancel the plan of {organization}",
        sentences=[
            _running(organization),
            "What was paid for stays until its last day; nothing more is charged. The customer can take it back.",
        ],
        verb="Cancel at the period’s end",
        way_back=customer_url(organization.pk),
        act=act,
    )
    return ask(request, question, model_admin=model_admin)


def end_now(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    organization = asked_organization(request, organization_id, "billing.end_now_cancelrequest")

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        wish = Leaving(wants_refund=given["wants_refund"], staff_reason=given["reason"])
        cancel_now(organization, wish, request_key=request_key, actor=actor, now=business_now())
        return "The plan has ended. The customer is told by e-mail."

    question = Question(
        title=f"End the plan of {organization} now",
        sentences=[
            _running(organization),
            "Access ends at once, and open invoices of the plan are void. This cannot be taken back.",
            "Nothing is refunded by this.",
        ],
        verb="End it now",
        way_back=customer_url(organization.pk),
        act=act,
        form=EndNowForm,
    )
    return ask(request, question, model_admin=model_admin)


def _running(organization: Organization) -> str:
    subscription = current_subscription(organization)
    if subscription is None:
        return "No plan is running."
    ends = f", paid until {subscription.current_period_end:%d %b %Y}" if subscription.current_period_end else ""
    return f"{subscription.stripe_subscription_id} is {subscription.get_status_display().lower()}{ends}."
