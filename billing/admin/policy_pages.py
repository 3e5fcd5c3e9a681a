"""The page on which staff write the next version of a dunning policy, and see what it would do to open cases."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from billing.admin.case_words import moment, waits_text
from billing.admin.shown import NOTHING, amount, link_to
from billing.clock import business_now
from billing.errors import BillingError, PolicyRefused
from billing.models import DunningPolicy
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy
from billing.selectors.policy_preview import Effect, PolicyPreview, Prospect, preview_policy
from billing.services.save_policy import save_policy

_LONGEST_BODY = 20_000
_EFFECTS = {
    Effect.SAME: "As today",
    Effect.SOONER: "Tried sooner",
    Effect.LATER: "Tried later",
    Effect.STARTS: "Tried again",
    Effect.STOPS: "Tried no more",
    Effect.ENDS: "Ends at once",
    Effect.UNDECIDED: "Not for a policy to decide",
}
HELP = [
    ("slots", "Waits in hours before each retry, by class (technical, soft); {} takes them from the decline table."),
    ("local_window", "From and to which hour of the customer's day a try is made, such as 06:00 and 09:00."),
    ("paydays", "Days on which money comes in, by country, * for all others: day_1 … day_31, last_day, "
     "last_business_day, weekdays. null: a payday slot is a plain morning."),
    ("min_gap_hours", "The least hours between two automatic tries."),
    ("max_24h, max_30d", "The most tries on a card in 24 hours and 30 days, whoever makes them."),
    ("max_retries", "The most automatic tries of a case; what the customer or staff cause is not counted."),
    ("customer_retries_max", "The most tries that new cards cause."),
    ("messages", "The mail of each kind of decline; none for no mail, where only retries go on."),
    ("access", "Days after the first failure until access is to read only (null: never) and closed."),
    ("deadline_days", "Days after the first failure until the final action."),
    ("last_notice_hours", "Hours before the deadline at which the customer is told what ends."),
    ("final_action", "cancel, or leave."),
]  # fmt: skip


class PolicyForm(forms.Form):
    """Key and body; every fault of the body is told at once."""

    key = forms.SlugField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text="The policy's name. “standard” is that of all cases for which no rule names another.",
    )
    body = forms.CharField(
        label="Body (JSON)",
        max_length=_LONGEST_BODY,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 28, "spellcheck": "false", "class": "font-mono text-sm"}),
    )

    def clean_body(self) -> dict[str, Any]:
        try:
            body = json.loads(self.cleaned_data["body"], parse_constant=_refuse_constant)
        except ValueError as error:
            raise forms.ValidationError(f"This is no JSON: {error}") from None
        try:
            parse_policy("policy", 1, body)
        except PolicyRefused as error:
            raise forms.ValidationError(list(error.reasons)) from None
        return dict(body)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def new_version_page(request: HttpRequest, *, model_admin: ModelAdmin) -> HttpResponse:
    """GET shows the newest body, POST with `save` stores it, and every other POST previews."""
    form = PolicyForm(request.POST) if request.method == "POST" else PolicyForm(initial=_initial(request))
    preview: PolicyPreview | None = None
    if request.method == "POST" and form.is_valid():
        key, body = form.cleaned_data["key"], form.cleaned_data["body"]
        if "save" in request.POST:
            saved = _save(request, form)
            if saved is not None:
                return saved
        else:
            preview = preview_policy(parse_policy(key, 1, body), now=business_now())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "New version of a dunning policy",
        "opts": model_admin.model._meta,
        "form": form,
        "help": HELP,
        "rows": [_row(prospect) for prospect in preview.prospects] if preview else [],
        "counts": [(_EFFECTS[effect], count) for effect, count in preview.counts.items()] if preview else [],
        "left_out": preview.left_out if preview else 0,
        "way_back": reverse("admin:billing_dunningpolicy_changelist"),
    }
    return TemplateResponse(request, "admin/billing/policy.html", context)


def _save(request: HttpRequest, form: PolicyForm) -> HttpResponse | None:
    if not isinstance(request.user, User):
        raise PermissionDenied
    try:
        row = save_policy(key=form.cleaned_data["key"], body=form.cleaned_data["body"], actor=request.user)
    except BillingError as error:
        form.add_error(None, f"{error.message} ({error.code})")
        return None
    messages.success(request, f"Saved as {row}. New cases get it; open ones keep theirs.")
    return HttpResponseRedirect(reverse("admin:billing_dunningpolicy_change", args=[row.pk]))


def _initial(request: HttpRequest) -> dict[str, str]:
    asked = request.GET.get("from", "")
    rows = DunningPolicy.objects.order_by("-pk")
    row = rows.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    body = row.body if row else STANDARD_BODY
    return {"key": row.key if row else "standard", "body": json.dumps(body, indent=2, ensure_ascii=False)}


def _row(prospect: Prospect) -> dict[str, Any]:
    case = prospect.case
    return {
        "case": link_to(case),
        "organization": case.organization,
        "owed": amount(case.amount_minor, case.currency),
        "policy": case.policy,
        "today": _step_text(prospect.try_at, prospect.why, state=case.get_state_display()),
        "then": _step_text(prospect.new_try_at, prospect.new_why, state=case.get_state_display()),
        "deadline": moment(case.deadline_at),
        "new_deadline": moment(prospect.new_deadline_at),
        "effect": _EFFECTS[prospect.effect],
        "is_same": prospect.effect in (Effect.SAME, Effect.UNDECIDED),
    }


def _step_text(try_at: Any, why: str, *, state: str) -> str:
    if try_at is not None:
        return f"Try on {moment(try_at)}"
    told = waits_text(why)
    return told if told != NOTHING else state
