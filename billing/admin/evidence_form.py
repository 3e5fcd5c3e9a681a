"""The form of an answer to a dispute: Stripe's exact fields, those that fit the reason first, with their counts."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from billing.admin.shown import words
from billing.models import EvidenceFile
from billing.rules.dispute.evidence import (
    FILE_FIELDS,
    LONG_TEXTS,
    LONGEST_TEXT,
    MOST_FILE_BYTES,
    TEXT_FIELDS,
    fitting_fields,
    other_fields,
)
from billing.services.save_evidence_draft import NewFile

_REMOVE = "remove_"


class EvidenceForm(forms.Form):
    """`texts` and `files` are what is saved so far. Lengths are the service's matter, so that its words are shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, reason: str, texts: Mapping[str, str], files: Mapping[str, EvidenceFile], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._fitting, self._others = fitting_fields(reason), other_fields(reason)
        self.others_are_filled = any(texts.get(name) or name in files for name in self._others)
        for name in (*self._fitting, *self._others):
            if name in FILE_FIELDS:
                self._add_file(name, files.get(name))
            else:
                self._add_text(name, texts.get(name, ""))

    @property
    def fitting(self) -> Iterator[BoundField]:
        return self._bound(self._fitting)

    @property
    def others(self) -> Iterator[BoundField]:
        return self._bound(self._others)

    def _bound(self, names: tuple[str, ...]) -> Iterator[BoundField]:
        for name in names:
            yield self[name]
            if f"{_REMOVE}{name}" in self.fields:
                yield self[f"{_REMOVE}{name}"]

    def _add_text(self, name: str, saved: str) -> None:
        is_long = name in LONG_TEXTS
        widget: forms.Widget = (
            UnfoldAdminTextareaWidget(attrs={"rows": 8 if saved else 3}) if is_long else UnfoldAdminTextInputWidget()
        )
        counts = f"{len(saved):,} of {LONGEST_TEXT:,} characters, {len(saved.encode()):,} bytes."
        self.fields[name] = forms.CharField(
            label=words(name), required=False, initial=saved, widget=widget, help_text=counts if is_long else ""
        )

    def _add_file(self, name: str, saved: EvidenceFile | None) -> None:
        limit = f"PDF, PNG or JPEG; all files together at most {MOST_FILE_BYTES:,} bytes."
        now = f"Now: {saved.name}, {saved.size_bytes:,} bytes, pages: {saved.pages}. " if saved else ""
        self.fields[name] = forms.FileField(
            label=words(name), required=False, widget=UnfoldAdminFileFieldWidget(), help_text=f"{now}{limit}"
        )
        if saved is not None:
            self.fields[f"{_REMOVE}{name}"] = forms.BooleanField(label=f"Remove {saved.name}", required=False)

    def saved_values(self) -> dict[str, Any]:
        """What is saved, as if it had been typed, so that a refusal can stand above it."""
        return {name: self.get_initial_for_field(field, name) or "" for name, field in self.fields.items()}

    def given_texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXT_FIELDS if self.cleaned_data.get(name)}

    def given_files(self) -> list[NewFile]:
        """A file that is too large by itself is not read whole."""
        found = []
        for name in FILE_FIELDS:
            upload = self.cleaned_data.get(name)
            if isinstance(upload, UploadedFile):
                content = upload.read(MOST_FILE_BYTES + 1)
                found.append(NewFile(name, upload.name or name, content))
        return found

    def removed(self) -> list[str]:
        return [name for name in FILE_FIELDS if self.cleaned_data.get(f"{_REMOVE}{name}")]
