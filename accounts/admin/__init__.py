"""Staff's view of people and organizations. Sign-in to the admin is the product's own, with its second step."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from accounts.admin.organizations import InvitationAdmin, MembershipAdmin, OrganizationAdmin
from accounts.admin.people import ConsentAdmin, UserAdmin
from accounts.admin.sign_in import AuthenticatorAdmin, EmailAddressAdmin

# Django's own login form would let staff in without the code of their authenticator app.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

__all__ = [
    "AuthenticatorAdmin",
    "ConsentAdmin",
    "EmailAddressAdmin",
    "InvitationAdmin",
    "MembershipAdmin",
    "OrganizationAdmin",
    "UserAdmin",
]
