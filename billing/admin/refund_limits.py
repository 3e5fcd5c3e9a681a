"""What each role may give back on its own word: rows that staff with the right may add and change."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.models import User
from billing.admin.shown import amount
from billing.errors import LimitRefused
from billing.models import RefundLimit
from billing.rules.refund import Limit, check_limit
from billing.services.set_refund_limit import set_refund_limit


class LimitForm(forms.ModelForm):
    """Every fault is told at once."""

    class Meta:
        model = RefundLimit
        fields = ["role", "currency", "per_charge_minor", "per_day_minor", "window_days"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        names = ("per_charge_minor", "per_day_minor", "window_days")
        if all(given.get(name) is not None for name in (*names, "currency")):
            try:
                check_limit(Limit(*(given[name] for name in names)), given["currency"])
            except LimitRefused as error:
                raise forms.ValidationError(list(error.reasons)) from None
        return given


@admin.register(RefundLimit)
class RefundLimitAdmin(ModelAdmin):
    form = LimitForm
    list_display = ["role", "currency", "of_a_charge", "in_a_day", "window_days"]
    list_filter = ["role", "currency"]
    search_fields = ["role", "currency"]
    search_help_text = "A role or a currency."
    ordering = ["currency", "per_charge_minor", "id"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Of one charge", ordering="per_charge_minor")
    def of_a_charge(self, row: RefundLimit) -> str:
        return amount(row.per_charge_minor, row.currency)

    @display(description="In 24 hours", ordering="per_day_minor")
    def in_a_day(self, row: RefundLimit) -> str:
        return amount(row.per_day_minor, row.currency)

    def save_model(self, request: HttpRequest, obj: RefundLimit, form: Any, change: bool) -> None:
        if not isinstance(request.user, User):
            raise PermissionDenied
        set_refund_limit(obj, actor=request.user)
