"""What staff may do from the page of a dunning case: five buttons, each a question, a reason, and one service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from accounts.models import User
from billing.admin.case_sentences import (
    about_conflict,
    about_extending,
    about_forgiving,
    about_holding,
    about_retrying,
)
from billing.admin.case_words import moment
from billing.admin.question import Question, ReasonForm, ask
from billing.admin.read_only import ReadOnlyAdmin
from billing.casework import StaffWish
from billing.clock import business_now
from billing.models import DunningCase
from billing.selectors.dunning_queue import OPEN_STATES
from billing.services.extend_case import extend_case
from billing.services.forgive_case import forgive_case
from billing.services.hold_case import hold_case
from billing.services.retry_case import retry_case
from billing.services.settle_conflict import settle_conflict
from billing.terms import CaseState

_GOING_ON = [state for state in OPEN_STATES if state != CaseState.CLOSING]
_TRIABLE = [CaseState.WAITING.value, CaseState.AWAITING_CUSTOMER.value]


def _moment_field(label: str, help_text: str = "") -> forms.DateTimeField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=f"{label} (UTC)", widget=widget, help_text=help_text)


class HoldForm(ReasonForm):
    """Until when; times are UTC, as everywhere in the admin."""

    until = _moment_field("No try before")
    moves_deadline = forms.BooleanField(
        label="Move the deadline, and the days of access, by as much",
        required=False,
        widget=UnfoldBooleanWidget,
    )
    field_order = ["until", "moves_deadline", "reason"]


class ExtendForm(ReasonForm):
    """The new deadline."""

    deadline_at = _moment_field("New deadline")
    moves_access = forms.BooleanField(
        label="Move the days of access by as much", required=False, widget=UnfoldBooleanWidget
    )
    field_order = ["deadline_at", "moves_access", "reason"]


class ActsOnCase(ReadOnlyAdmin):
    """Each needs its own permission. A form sent too late is let through: the service says what became of it."""

    actions_detail = ["retry", "hold", "extend", "forgive", "settle_conflict"]

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "retry", object_id, states=_TRIABLE)

    def has_hold_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "hold", object_id, states=_TRIABLE)

    def has_extend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "extend", object_id, states=_GOING_ON)

    def has_forgive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "forgive", object_id, states=_GOING_ON)

    def has_settle_conflict_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "settle_conflict", object_id, states=[CaseState.CONFLICT.value])

    @action(description="Retry now", url_path="retry", permissions=["retry"], icon="replay")
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = _case(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            retry_case(case.pk, wish=_wish(given, actor, request_key))
            return "The try is recorded, and goes to Stripe within a minute or two."

        question = _question(case, "Try the payment now", about_retrying(case), "Try it now", act)
        return ask(request, question, model_admin=self)

    @action(description="Hold", url_path="hold", permissions=["hold"], icon="pause_circle")
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = _case(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            wish = _wish(given, actor, request_key)
            done = hold_case(case.pk, until=given["until"], moves_deadline=given["moves_deadline"], wish=wish)
            return f"Held: no automatic try before {moment(done.until)}."

        question = _question(case, "Hold automatic tries", about_holding(case), "Hold it", act, HoldForm)
        return ask(request, question, model_admin=self)

    @action(description="Extend the deadline", url_path="extend", permissions=["extend"], icon="more_time")
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = _case(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            wish = _wish(given, actor, request_key)
            done = extend_case(
                case.pk, deadline_at=given["deadline_at"], moves_access=given["moves_access"], wish=wish
            )
            return f"The deadline is now {moment(done.until)}."

        question = _question(case, "Extend the deadline", about_extending(case), "Extend it", act, ExtendForm)
        return ask(request, question, model_admin=self)

    @action(description="Forgive", url_path="forgive", permissions=["forgive"], icon="volunteer_activism")
    def forgive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = _case(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            forgive_case(case.pk, wish=_wish(given, actor, request_key))
            return "The invoice is void, and nothing of it is pursued any more."

        question = _question(case, "Forgive what is owed", about_forgiving(case), "Forgive it", act)
        return ask(request, question, model_admin=self)

    @action(description="Settle the conflict", url_path="settle", permissions=["settle_conflict"], icon="handshake")
    def settle_conflict(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = _case(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            settle_conflict(case.pk, wish=_wish(given, actor, request_key))
            return "The conflict is settled, and the case goes on."

        question = _question(case, "Settle the conflict", about_conflict(case), "Settle it", act)
        return ask(request, question, model_admin=self)


def _may(request: HttpRequest, name: str, object_id: Any, *, states: list[str]) -> bool:
    if not request.user.has_perm(f"billing.{name}_dunningcase"):
        return False
    return request.method == "POST" or DunningCase.objects.filter(pk=object_id, state__in=states).exists()


def _case(object_id: str) -> DunningCase:
    return get_object_or_404(DunningCase.objects.select_related("organization", "policy"), pk=object_id)


def _wish(given: dict[str, Any], actor: User, request_key: UUID) -> StaffWish:
    return StaffWish(actor=actor, reason=given["reason"], request_key=request_key, now=business_now())


def _question(
    case: DunningCase,
    title: str,
    sentences: list[str],
    verb: str,
    act: Any,
    form: type[forms.Form] = ReasonForm,
) -> Question:
    # A moment of the form is a whole minute, a deadline may not be.
    later = (case.deadline_at + timedelta(days=7)).replace(second=0, microsecond=0)
    return Question(
        title=f"{title}: {case.organization}",
        sentences=sentences,
        verb=verb,
        way_back=reverse("admin:billing_dunningcase_change", args=[case.pk]),
        act=act,
        form=form,
        initial={"deadline_at": f"{later:%Y-%m-%dT%H:%M}"},
    )
