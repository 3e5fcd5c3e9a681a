"""Words for fields that allauth defines: label above, hint below, nothing inside."""

from typing import Any, ClassVar

from django import forms

NEW_PASSWORD_HINT = "At least 10 characters; not a common password, not only figures."  # noqa: S105
INVALID_EMAIL = "Enter a whole e-mail address, such as name@company.example."


class PlainFields(forms.Form):
    """Replaces labels and hints by those named here and drops placeholders."""

    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = INVALID_EMAIL


class OnePassword(PlainFields):
    """A new password is asked for once; who mistypes it has the reset."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
