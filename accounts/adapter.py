"""Where allauth asks us: our words for its errors, our way of writing mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from accounts.mail import send_from_templates
from accounts.models import User
from accounts.sign_ins import record_sign_in


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail or the password is not right. Try again, or set a new password.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "duplicate_email": "This is your e-mail already.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again, or set a new password.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        user.full_name = form.cleaned_data.get("full_name", "")  # type: ignore[attr-defined]
        return super().save_user(request, user, form, commit)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        if isinstance(user, User):
            record_sign_in(
                user,
                request_ip=self.get_client_ip(request),
                user_agent=request.headers.get("User-Agent", ""),
            )
        return super().post_login(request, user, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        send_from_templates(template_prefix, to=email, context={"email": email, **context})


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": "Switch two-step sign-in off, change the e-mail, then switch it on again.",
        "incorrect_code": "This code is not right, or it has run out. Enter the one that the app shows now.",
        "unverified_email": "Confirm your e-mail first, then set up two-step sign-in.",
    }

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element for the page itself: the content policy allows no data: image."""
        svg = super().build_totp_svg(url)
        element = svg[svg.index("<svg") :]
        return element.replace("<svg", '<svg role="img" aria-label="QR code for the authenticator app"', 1)
