"""Has what staff change by hand stand in the audit, which accounts does not know: the settings name its function."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts.admin.quick_list import QuickList
from accounts.models import Organization


class RecordedAdmin(QuickList):
    """A page on which rows are added, changed or deleted by hand; each time with a line in the audit.

    The line names all fields that were changed, and tells before and after of those that hold no words: rights,
    roles, groups and marks. It is written in the transaction of the change.
    """

    def construct_change_message(
        self, request: HttpRequest, form: forms.Form, formsets: Any, add: bool = False
    ) -> Any:
        """Django asks for it once, when all of the page is saved."""
        before, after = _told(form)
        _record(
            request,
            "added_by_hand" if add else "changed_by_hand",
            getattr(form, "instance", None) or getattr(form, "user", None),  # The second on the page of a password.
            before={} if add else before,
            after=after,
            fields=sorted(form.changed_data),
            parts=[_part(formset) for formset in formsets or [] if formset.has_changed()],
        )
        return super().construct_change_message(request, form, formsets, add)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            _record(request, "deleted_by_hand", row)
        return super().log_deletions(request, queryset)


def _record(request: HttpRequest, action: str, row: Any, **told: Any) -> None:
    import_string(settings.AUDIT_RECORD)(
        action,
        subject=f"{row._meta.label_lower}:{row.pk}",
        organization=row if isinstance(row, Organization) else getattr(row, "organization", None),
        actor=request.user,
        person=getattr(row, "user_id", None),
        **told,
    )


def _told(form: forms.Form) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in form.changed_data:
        if isinstance(form.fields.get(name), forms.BooleanField | forms.ModelChoiceField | forms.ChoiceField):
            before[name] = _plain(form.initial.get(name))
            after[name] = _plain(form.cleaned_data.get(name))
    return before, after


def _plain(value: Any) -> Any:
    """Marks and codes as they are, rows by their ids."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, QuerySet | list | tuple | set):
        return sorted(_plain(each) for each in value)
    return value


def _part(formset: Any) -> dict[str, Any]:
    return {
        "of": formset.model._meta.label_lower,
        "added": [_part_row(row) for row in formset.new_objects],
        "changed": [_part_row(row) for row, _ in formset.changed_objects],
        "deleted": [row.pk for row in formset.deleted_objects],
    }


def _part_row(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "role": str(getattr(row, "role", ""))}
