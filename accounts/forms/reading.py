"""The form for language and time zone, of a person or of an organization."""

from typing import Any

from django import forms
from django.conf import settings

from accounts.models.reader import known_time_zones


class ReadingForm(forms.Form):
    """Both may be left to this installation."""

    language = forms.ChoiceField(required=False, label="Language")
    time_zone = forms.ChoiceField(required=False, label="Time zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = dict(settings.LANGUAGES)
        usual = languages.get(settings.DEFAULT_LANGUAGE, settings.DEFAULT_LANGUAGE)
        self.fields["language"].choices = [("", f"As usual here: {usual}"), *languages.items()]  # type: ignore[attr-defined]
        zones = [(name, name.replace("_", " ")) for name in known_time_zones()]
        self.fields["time_zone"].choices = [("", f"As usual here: {settings.DEFAULT_TIME_ZONE}"), *zones]  # type: ignore[attr-defined]
