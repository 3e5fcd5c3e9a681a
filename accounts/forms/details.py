"""The forms of a person's own details: name, e-mail, password."""

from typing import ClassVar

from allauth.account import forms as account_forms
from django import forms

from accounts.forms.plain import NEW_PASSWORD_HINT, OnePassword, PlainFields
from accounts.models import User


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name"]
        labels = {"full_name": "Name"}
        help_texts = {"full_name": "Your team sees it. Without one they see your e-mail."}
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}


class NewEmailForm(PlainFields, account_forms.AddEmailForm):
    labels: ClassVar[dict[str, str]] = {"email": "New e-mail"}
    hints: ClassVar[dict[str, str]] = {"email": "We send a link there. Until you follow it, nothing changes."}


class ChangePasswordForm(OnePassword, account_forms.ChangePasswordForm):
    labels: ClassVar[dict[str, str]] = {"oldpassword": "Current password", "password1": "New password"}
    hints: ClassVar[dict[str, str]] = {"password1": NEW_PASSWORD_HINT}


class SetPasswordForm(OnePassword, account_forms.SetPasswordForm):
    labels: ClassVar[dict[str, str]] = {"password1": "New password"}
    hints: ClassVar[dict[str, str]] = {"password1": NEW_PASSWORD_HINT}


class ResetPasswordForm(PlainFields, account_forms.ResetPasswordForm):
    labels: ClassVar[dict[str, str]] = {"email": "E-mail"}


class NewPasswordForm(OnePassword, account_forms.ResetPasswordKeyForm):
    labels: ClassVar[dict[str, str]] = {"password1": "New password"}
    hints: ClassVar[dict[str, str]] = {"password1": NEW_PASSWORD_HINT}
