"""Sign-up: one form makes a person, an organization (or a place in one) and the consent, or nothing at all."""

from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.consent import record_consent
from accounts.errors import AccountsError
from accounts.forms.plain import NEW_PASSWORD_HINT, PlainFields
from accounts.invitation_links import read_link
from accounts.invitations import accept
from accounts.models import Consent, Invitation, User
from accounts.organizations import default_name, open_organization
from accounts.people_limit import refuse_when_full


class SignupForm(PlainFields, account_forms.SignupForm):
    """Who comes with `next` set to the link of an open invitation joins that organization and brings no new one."""

    full_name = forms.CharField(
        max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organization_name = forms.CharField(
        max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    terms = forms.BooleanField(
        error_messages={"required": "Please accept the terms. Without them there is no agreement."}
    )

    field_order = ["email", "password1", "full_name", "organization_name", "terms"]
    labels: ClassVar[dict[str, str]] = {
        "email": "E-mail",
        "password1": "Password",
        "full_name": "Your name",
        "organization_name": "Organization",
        "terms": "I accept the terms",
    }
    hints: ClassVar[dict[str, str]] = {
        "password1": NEW_PASSWORD_HINT,
        "organization_name": "Your company or team. You can change it later.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = open_invitation_of(context.request)
        if self.invitation:
            # A disabled field ignores what is posted: the link proves this mailbox and no other.
            self.fields["email"].disabled = True
            self.initial["email"] = self.invitation.email
            del self.fields["organization_name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.invitation:
            try:
                refuse_when_full(self.invitation.organization)
            except AccountsError as error:
                raise forms.ValidationError(error.message) from error
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            return super().try_save(request)
        except IntegrityError:
            # The same e-mail signed up in another request a moment ago: answer as for any known e-mail.
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        with transaction.atomic():
            if self.invitation:
                # The link came by mail, so a second mail would prove nothing more.
                get_adapter().stash_verified_email(request, self.invitation.email)
            user = super().save(request)
            membership = (
                accept(self.invitation, user=user)
                if self.invitation
                else open_organization(user, name=self.cleaned_data["organization_name"] or default_name(user))
            )
            record_consent(
                user=user,
                organization=membership.organization,
                occasion=Consent.Occasion.SIGN_UP,
                request_ip=get_adapter().get_client_ip(request),
                user_agent=request.headers.get("User-Agent", ""),
            )
            return user


def open_invitation_of(request: HttpRequest) -> Invitation | None:
    """The open invitation whose link the request carries as `next`, if any."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.view_name != "accounts:join":
        return None
    try:
        invitation, is_lapsed = read_link(match.kwargs["signed"])
    except Http404:
        return None
    return invitation if invitation.is_open(timezone.now()) and not is_lapsed else None
