"""What staff may do from the page of a dispute: answer it, hand it in, approve, accept; each with its own right."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from billing.admin.dispute_pages import answer_page, document_page, report_page
from billing.admin.dispute_words import about_accepting, about_submitting, rows_of
from billing.admin.mirrored import MirroredAdmin
from billing.admin.question import Question, ask
from billing.clock import business_now
from billing.disputework import DisputeWish, content_of, facts_of
from billing.models import Dispute, EvidenceFile, EvidenceSubmission
from billing.rules.dispute.deadline import options
from billing.selectors.dispute_desk import waiting_of
from billing.services.accept_dispute import accept_dispute
from billing.services.decide_evidence import approve_evidence, reject_evidence
from billing.services.submit_evidence import submit_evidence
from billing.terms import EvidenceKind, EvidenceState

_WAITS = "It waits for a second person, who finds it on this page."


class TypedIdForm(forms.Form):
    """The whole id, typed by hand: a click alone does nothing here."""

    typed_id = forms.CharField(
        label="Id of the dispute",
        max_length=255,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="One time only. It cannot be undone.",
    )


class ActsOnDispute(MirroredAdmin):
    """A form sent too late is let through: the service says what became of it."""

    actions_list = ["report"]
    actions_detail = ["answer", "submit", "approve", "reject", "accept", "document"]

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "draft", object_id)

    def has_submit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "submit", object_id)

    def has_accept_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may(request, "accept", object_id)

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("billing.approve_dispute"):
            return False
        return request.method == "POST" or waiting_of(object_id) is not None

    def has_document_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("billing.draft_dispute"):
            return False
        packs = EvidenceFile.objects.filter(dispute_id=object_id, is_current=True, is_pack=True)
        return request.method == "POST" or packs.exists()

    @action(description="How they ended", url_path="report", icon="monitoring")
    def report(self, request: HttpRequest) -> HttpResponse:
        return report_page(request, model_admin=self)

    @action(description="Answer", url_path="answer", permissions=["answer"], icon="edit_note")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return answer_page(request, _dispute(object_id), model_admin=self)

    @action(description="Evidence as PDF", url_path="document", permissions=["document"], icon="download")
    def document(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return document_page(_dispute(object_id))

    @action(description="Submit once", url_path="submit", permissions=["submit"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        dispute = _dispute(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            done = submit_evidence(dispute.pk, wish=_wish(actor, request_key, typed_id=given["typed_id"]))
            return _WAITS if done.state == EvidenceState.WAITING else "The answer is handed in to the bank."

        content = content_of(dispute)
        preview = EvidenceSubmission(dispute=dispute, texts=dict(content.texts), files=dict(content.files))
        question = Question(
            title=f"Hand in the answer to {dispute.stripe_dispute_id}",
            sentences=about_submitting(dispute, business_now()),
            verb="Submit once",
            way_back=_page(dispute),
            act=act,
            form=TypedIdForm,
            rows=rows_of(preview),
        )
        return ask(request, question, model_admin=self)

    @action(description="Accept the loss", url_path="accept", permissions=["accept"], icon="money_off")
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        dispute = _dispute(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            done = accept_dispute(dispute.pk, wish=_wish(actor, request_key, typed_id=given["typed_id"]))
            return _WAITS if done.state == EvidenceState.WAITING else "The loss is accepted."

        question = Question(
            title=f"Accept the loss of {dispute.stripe_dispute_id}",
            sentences=about_accepting(dispute, business_now()),
            verb="Accept the loss",
            way_back=_page(dispute),
            act=act,
            form=TypedIdForm,
        )
        return ask(request, question, model_admin=self)

    @action(description="Approve", url_path="approve", permissions=["approve"], icon="task_alt")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        waiting = _waiting(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            approve_evidence(waiting.pk, wish=_wish(actor, request_key))
            return "Approved, and done at Stripe."

        return ask(request, _decision(waiting, "Approve", act), model_admin=self)

    @action(description="Do not approve", url_path="reject", permissions=["approve"], icon="block")
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        waiting = _waiting(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            reject_evidence(waiting.pk, wish=_wish(actor, request_key))
            return "Not approved. Nothing was sent, and the draft stays."

        return ask(request, _decision(waiting, "Do not approve", act), model_admin=self)


def _may(request: HttpRequest, right: str, object_id: Any) -> bool:
    if not request.user.has_perm(f"billing.{right}_dispute"):
        return False
    if request.method == "POST":
        return True
    dispute = Dispute.objects.filter(pk=object_id).first()
    if dispute is None:
        return False
    may = options(facts_of(dispute), business_now())
    return may.can_accept if right == "accept" else may.can_answer


def _dispute(object_id: str) -> Dispute:
    return get_object_or_404(Dispute.objects.select_related("organization"), pk=object_id)


def _waiting(object_id: str) -> EvidenceSubmission:
    """What waits; after it was decided, the newest one, so that a second click hears what became of it."""
    found = waiting_of(object_id) or EvidenceSubmission.objects.filter(dispute_id=object_id).order_by("-pk").first()
    if found is None:
        raise Http404
    return found


def _wish(actor: User, request_key: UUID, *, typed_id: str = "") -> DisputeWish:
    return DisputeWish(actor=actor, request_key=request_key, now=business_now(), typed_id=typed_id)


def _page(dispute: Dispute) -> str:
    return reverse("admin:billing_dispute_change", args=[dispute.pk])


def _decision(waiting: EvidenceSubmission, verb: str, act: Any) -> Question:
    dispute = waiting.dispute
    is_loss = waiting.kind == EvidenceKind.ACCEPT
    told = about_accepting if is_loss else about_submitting
    return Question(
        title=f"{'Accept the loss of' if is_loss else 'Hand in the answer to'} {dispute.stripe_dispute_id}",
        sentences=[f"{waiting.requested_by} asks for it.", *told(dispute, business_now())[:-1]],
        verb=verb,
        way_back=_page(dispute),
        act=act,
        form=forms.Form,
        rows=rows_of(waiting),
    )
