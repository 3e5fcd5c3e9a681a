"""Pages of people, teams and organizations; allauth's own stand under accounts/ beside them."""

from django.urls import path

from accounts.views import invitations, organization, pages, profile, reading, team

app_name = "accounts"
urlpatterns = [
    path("team/", team.team, name="team"),
    path("team/invitations/", team.send_invitation, name="invite"),
    path("team/invitations/<uuid:invitation_uuid>/resend/", invitations.send_again, name="resend"),
    path("team/invitations/<uuid:invitation_uuid>/revoke/", invitations.withdraw, name="revoke"),
    path("team/people/<uuid:membership_uuid>/role/", team.role, name="role"),
    path("team/people/<uuid:membership_uuid>/remove/", team.remove, name="remove"),
    path("team/organization/language/", reading.of_organization, name="mail_language"),
    path("team/switch/", organization.switch, name="switch"),
    path("team/start/", organization.start, name="start"),
    path("team/join/<str:signed>/", invitations.join, name="join"),
    path("accounts/profile/", profile.profile, name="profile"),
    path("accounts/reading/", reading.own, name="reading"),
    path("terms/", pages.terms, name="terms"),
    path("privacy/", pages.privacy, name="privacy"),
]
