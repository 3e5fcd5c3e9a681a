"""The page on which staff order and change the rules by which a new case gets its policy."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import User
from billing.errors import PreviewStale, RulesRefused
from billing.money import AmountDoesNotFit, Money, UnknownCurrency, decimals
from billing.rules.dunning.choice import RuleFacts
from billing.services.set_dunning_rules import RuleDraft, mark_of, rules_now, set_dunning_rules


def _text(label: str, *, most: int, needed: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=needed, widget=UnfoldAdminTextInputWidget)


def _sum(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, widget=UnfoldAdminDecimalFieldWidget)


class RuleForm(forms.Form):
    """One rule; an empty condition holds for all. Sums are in whole units of the currency."""

    policy_key = _text("Policy", most=40, needed=True)
    plan_code = _text("Plan (code)", most=50)
    currency = _text("Currency (such as eur)", most=3)
    least = _sum("Sum from")
    most = _sum("Sum to")
    country = _text("Country (two letters)", most=2)
    min_tenure_days = forms.IntegerField(
        label="Customer for days", required=False, min_value=0, widget=UnfoldAdminIntegerFieldWidget
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True, widget=UnfoldBooleanWidget)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("least", "most"):
            given[name] = self._minor(name, given.get(name), str(given.get("currency") or "").lower())
        return given

    def _minor(self, name: str, value: Decimal | None, currency: str) -> int | None:
        if value is None:
            return None
        if not currency:
            self.add_error(name, "A sum needs its currency.")
            return None
        try:
            return Money.from_major(value, currency=currency).amount_minor
        except UnknownCurrency:
            self.add_error("currency", "This is no currency.")
        except AmountDoesNotFit:
            self.add_error(name, "The currency has not so many decimals.")
        return None


class _RuleFormSet(forms.BaseFormSet):
    ordering_widget = UnfoldAdminIntegerFieldWidget
    deletion_widget = UnfoldBooleanWidget

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Order"
        form.fields["DELETE"].label = "Remove this rule"


RuleFormSet = forms.formset_factory(RuleForm, formset=_RuleFormSet, can_order=True, can_delete=True, extra=1)


def rules_page(request: HttpRequest, *, model_admin: ModelAdmin) -> HttpResponse:
    """GET shows all rules and an empty one, POST stores them all. What is refused stands above, the input is kept."""
    rules = rules_now()
    is_sent = request.method == "POST"
    forms_of_rules = RuleFormSet(request.POST if is_sent else None, initial=None if is_sent else _initial(rules))
    faults: list[str] = []
    if is_sent and forms_of_rules.is_valid():
        if not isinstance(request.user, User):
            raise PermissionDenied
        way_back = reverse("admin:billing_dunningrule_changelist")
        try:
            number = set_dunning_rules(_drafts(forms_of_rules), seen=request.POST.get("seen", ""), actor=request.user)
        except RulesRefused as error:
            faults = [f"{reason} ({error.code})" for reason in error.reasons]
        except PreviewStale as error:
            messages.warning(request, f"{error.message} ({error.code})")
            return HttpResponseRedirect(way_back)
        else:
            messages.success(
                request, f"Saved: {number} rule{'' if number == 1 else 's'}. Open cases keep their policy."
            )
            return HttpResponseRedirect(way_back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Which case gets which dunning policy",
        "opts": model_admin.model._meta,
        "formset": forms_of_rules,
        "faults": faults,
        "seen": request.POST.get("seen", "") if is_sent else mark_of(rules),
        "way_back": reverse("admin:billing_dunningrule_changelist"),
    }
    return TemplateResponse(request, "admin/billing/dunning_rules.html", context)


def _initial(rules: list[RuleDraft]) -> list[dict[str, Any]]:
    return [
        {
            "policy_key": rule.facts.policy_key,
            "plan_code": rule.facts.plan_code,
            "currency": rule.facts.currency,
            "least": _major(rule.facts.min_amount_minor, rule.facts.currency),
            "most": _major(rule.facts.max_amount_minor, rule.facts.currency),
            "country": rule.facts.country,
            "min_tenure_days": rule.facts.min_tenure_days,
            "is_active": rule.is_active,
        }
        for rule in rules
    ]


def _major(amount_minor: int | None, currency: str) -> str:
    """With all decimals of the currency, as sums are written."""
    return "" if amount_minor is None else f"{Money(amount_minor, currency).to_major():.{decimals(currency)}f}"


def _drafts(formset: Any) -> list[RuleDraft]:
    return [_draft(form.cleaned_data) for form in formset.ordered_forms]


def _draft(given: dict[str, Any]) -> RuleDraft:
    facts = RuleFacts(
        policy_key=given["policy_key"],
        plan_code=given["plan_code"],
        currency=given["currency"].lower(),
        min_amount_minor=given["least"],
        max_amount_minor=given["most"],
        country=given["country"].upper(),
        min_tenure_days=given["min_tenure_days"],
    )
    return RuleDraft(facts, is_active=given["is_active"])
