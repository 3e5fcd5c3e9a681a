"""The forms of signing in: password, code, and the proof that it is still you."""

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms

from accounts.forms.plain import PlainFields

CODE_ATTRS = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "none"}


class LoginForm(PlainFields, account_forms.LoginForm):
    labels: ClassVar[dict[str, str]] = {
        "login": "E-mail",
        "password": "Password",
        "remember": "Stay signed in on this computer for 14 days",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(PlainFields, account_forms.ReauthenticateForm):
    labels: ClassVar[dict[str, str]] = {"password": "Password"}


class CodeFields(PlainFields):
    labels: ClassVar[dict[str, str]] = {"code": "Code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(CODE_ATTRS)


class AuthenticateForm(CodeFields, mfa_forms.AuthenticateForm):
    hints: ClassVar[dict[str, str]] = {"code": "Six figures from your authenticator app, or a recovery code."}


class ReauthenticateByCodeForm(CodeFields, mfa_forms.ReauthenticateForm):
    hints: ClassVar[dict[str, str]] = {"code": "Six figures from your authenticator app, or a recovery code."}


class ActivateTOTPForm(CodeFields, totp_forms.ActivateTOTPForm):
    labels: ClassVar[dict[str, str]] = {"code": "Code from the app"}
    hints: ClassVar[dict[str, str]] = {"code": "Six figures; the app shows new ones every 30 seconds."}
