"""Pages of staff around disputes: the draft of an answer, the document of it, and how disputes ended."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts.models import User
from accounts.views.request_key import request_key_of
from billing.admin.dispute_words import BARS, deadline_text, kind_text
from billing.admin.evidence_form import EvidenceForm
from billing.admin.shown import amount, words
from billing.clock import business_now
from billing.disputework import DisputeWish, content_of, facts_of
from billing.errors import BillingError
from billing.models import Dispute, EvidenceDraft, EvidenceFile
from billing.rules.dispute.deadline import options
from billing.rules.dispute.evidence import LONGEST_EVIDENCE, MOST_FILE_BYTES, MOST_PAGES, missing_fields
from billing.selectors.dispute_desk import draft_of, files_of, outcomes_by_reason
from billing.selectors.evidence_facts import compelling_of
from billing.services.build_evidence_pack import build_evidence_pack
from billing.services.save_evidence_draft import save_evidence_draft
from billing.services.stage_evidence import stage_evidence

_HEADS = ["Opened", "Awaited", "Answered", "Won", "Lost", "Share won"]


def answer_page(request: HttpRequest, dispute: Dispute, *, model_admin: ModelAdmin) -> HttpResponse:
    """The draft: GET shows it; POST saves it, fills it from our records, or lays it at Stripe, by `do`."""
    draft, files = draft_of(dispute), files_of(dispute)
    saved: dict[str, Any] = {"reason": dispute.reason, "texts": draft.texts, "files": files}
    form = EvidenceForm(initial={"version": draft.version}, **saved)
    if request.method == "POST":
        try:
            if request.POST.get("do", "save") == "save":
                form = EvidenceForm(request.POST, request.FILES, **saved)
                if not form.is_valid():
                    raise BillingError("Something in the form is not valid. Nothing was saved.")
            told = _act(request, dispute, form)
        except BillingError as error:
            _show(form, error)
        else:
            messages.success(request, told)
            return HttpResponseRedirect(request.path)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Answer {dispute.stripe_dispute_id}",
        "opts": model_admin.model._meta,
        "form": form,
        "reason": words(dispute.reason).lower(),
        "way_back": reverse("admin:billing_dispute_change", args=[dispute.pk]),
        **_about(dispute, draft, files),
    }
    return TemplateResponse(request, "admin/billing/dispute_answer.html", context)


def _act(request: HttpRequest, dispute: Dispute, form: EvidenceForm) -> str:
    if not isinstance(request.user, User):
        raise PermissionDenied
    wish = DisputeWish(actor=request.user, request_key=request_key_of(request), now=business_now())
    match request.POST.get("do", "save"):
        case "fill":
            build_evidence_pack(dispute.pk, wish=wish)
            return "Filled from our records. Look at each field before you answer."
        case "stage":
            stage_evidence(dispute.pk, wish=wish)
            return "The draft is at Stripe, and not handed in."
    save_evidence_draft(
        dispute.pk,
        texts=form.given_texts(),
        files=form.given_files(),
        removed=form.removed(),
        version=form.cleaned_data["version"],
        wish=wish,
    )
    return "The draft is saved here. Nothing of it was sent."


def _show(form: EvidenceForm, error: BillingError) -> None:
    """What a service refused stands above the form, with its input kept."""
    if not form.is_bound:
        form.data, form.is_bound = form.saved_values(), True
        form.full_clean()
    form.add_error(None, f"{error.message} ({error.code})")


def _about(dispute: Dispute, draft: EvidenceDraft, files: dict[str, EvidenceFile]) -> dict[str, Any]:
    now = business_now()
    bar = options(facts_of(dispute), now).bar
    content = content_of(dispute)
    names = {
        str(file.uuid): f"{file.name} ({file.size_bytes:,} bytes, pages: {file.pages})" for file in files.values()
    }
    sent = {**content.texts, **{field: names.get(uuid, "") for field, uuid in content.files.items()}}
    filled = [name for name, text in sent.items() if text]
    lacking = [f"{words(name)} is empty." for name in missing_fields(dispute.reason, filled)]
    ce = compelling_of(dispute)
    told = f"Could apply, with {' and '.join(ce.charges)}" if ce.could_apply else " ".join(ce.missing)
    size, pages = sum(file.size_bytes for file in files.values()), sum(file.pages for file in files.values())
    texts = [text for text in content.texts.values() if text]
    count, weight = sum(map(len, texts)), sum(len(text.encode()) for text in texts)
    return {
        "sentences": [
            f"{kind_text(dispute)} over {amount(dispute.amount_minor, dispute.currency)}. "
            f"Deadline: {deadline_text(dispute, now)}.",
            *([BARS[bar]] if bar else []),
            f"Visa Compelling Evidence 3.0: {told}",
        ],
        "missing": [*lacking, *draft.missing],
        "rows": [(field, text or "(emptied)") for field, text in sent.items()],
        "totals": f"{count:,} of {LONGEST_EVIDENCE:,} characters ({weight:,} bytes); "
        f"files: {size:,} of {MOST_FILE_BYTES:,} bytes, {pages} of {MOST_PAGES} pages.",
    }


def document_page(dispute: Dispute) -> HttpResponse:
    """The PDF that was made from our records, as it would be sent."""
    file = EvidenceFile.objects.filter(dispute=dispute, is_current=True, is_pack=True).first()
    if file is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(file.content), content_type="application/pdf", headers=headers)


def report_page(request: HttpRequest, *, model_admin: ModelAdmin) -> HttpResponse:
    """Won and lost by reason."""
    if not request.user.has_perm("billing.view_dispute"):
        raise PermissionDenied
    lines = [
        (
            words(line.reason),
            [line.opened, line.waiting, line.answered, line.won, line.lost, _percent(line.share)],
        )
        for line in outcomes_by_reason()
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "How disputes ended",
        "opts": model_admin.model._meta,
        "heads": _HEADS,
        "lines": lines,
        "way_back": reverse("admin:billing_dispute_changelist"),
    }
    return TemplateResponse(request, "admin/billing/dispute_report.html", context)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
