"""The two pages on which staff change a running trial: extend it, or end it now and see first what is charged."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import Organization, User
from billing.admin.question import Question, ReasonForm, ask
from billing.admin.shown import amount, card_text
from billing.clock import business_now
from billing.errors import BillingError
from billing.services.change_trial import Wish, end_trial, extend_trial
from billing.services.preview_trial_end import TrialEndPreview, preview_trial_end
from billing.terms import MissingCardPolicy

_WITHOUT_CARD = {
    MissingCardPolicy.CANCEL.value: "There is no card: the plan ends, and nothing is charged.",
    MissingCardPolicy.PAUSE.value: "There is no card: the plan is paused, and nothing is charged.",
    MissingCardPolicy.CREATE_INVOICE.value: "There is no card: an invoice of {sum} is opened, and is past due.",
}


class ExtendForm(ReasonForm):
    """The new end; times are UTC, as everywhere in the admin."""

    ends_at = forms.DateTimeField(
        label="New end (UTC)", widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    )
    field_order = ["ends_at", "reason"]


class EndForm(ReasonForm):
    """With the sum that the page names, so that no other one is charged."""

    shown_minor = forms.IntegerField(widget=forms.HiddenInput(), min_value=0)


def extend_page(
    request: HttpRequest,
    organization: Organization,
    *,
    ends_at: datetime | None,
    way_back: str,
    model_admin: ModelAdmin,
) -> HttpResponse:
    """Ask for the new end and a reason; `ends_at` (UTC) is the end that the trial has, None if it is over."""

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        change = extend_trial(organization, ends_at=given["ends_at"], wish=_wish(given, actor, request_key))
        return f"The trial now ends on {_moment(change.ends_at or change.ended_before_at)}."

    question = Question(
        title=f"Extend the trial of {organization}",
        sentences=[
            f"It ends on {_moment(ends_at)}." if ends_at else "It has ended.",
            "Until the new end nothing is charged. The customer is told by e-mail.",
        ],
        verb="Extend the trial",
        way_back=way_back,
        act=act,
        form=ExtendForm,
    )
    return ask(request, question, model_admin=model_admin)


def end_page(
    request: HttpRequest, organization: Organization, *, way_back: str, model_admin: ModelAdmin
) -> HttpResponse:
    """Name what will be charged, to the unit, and ask for a reason."""
    sentences: list[str] = []
    shown_minor = 0
    if request.method != "POST":
        try:
            preview = preview_trial_end(organization, business_now())
        except BillingError as error:
            messages.error(request, f"{error.message} ({error.code})")
            return HttpResponseRedirect(way_back)
        sentences = [f"It would end on {_moment(preview.ends_at)}.", _consequence(preview)]
        shown_minor = preview.amount.amount_minor if preview.amount else 0

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        end_trial(organization, shown_minor=given["shown_minor"], wish=_wish(given, actor, request_key))
        return "The trial has ended."

    question = Question(
        title=f"End the trial of {organization} now",
        sentences=sentences,
        verb="End the trial now",
        way_back=way_back,
        act=act,
        form=EndForm,
        initial={"shown_minor": shown_minor},
    )
    return ask(request, question, model_admin=model_admin)


def _consequence(preview: TrialEndPreview) -> str:
    if preview.is_local:
        return "It is a trial without a card: nothing is charged, and the organization goes on with Free."
    total = amount(preview.amount.amount_minor, preview.amount.currency) if preview.amount else ""
    if preview.card is None:
        return _WITHOUT_CARD[preview.missing_card_policy].format(sum=total)
    return f"At once {total} is charged to {card_text(preview.card)}. If that fails, the plan is past due."


def _wish(given: dict[str, Any], actor: User, request_key: UUID) -> Wish:
    return Wish(reason=given["reason"], request_key=request_key, actor=actor, now=business_now())


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M} UTC"
