"""What a superuser changes by hand stands in the audit: who was given which rights, and by whom."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Organization, User
from billing.models import AuditEntry
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NO_PARTS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


def test_a_role_that_is_given_is_told_before_and_after(staff: Client, superuser: User) -> None:
    una, support = UserFactory(full_name="Una Pell"), Group.objects.get(name="support")
    form = {"email": una.email, "full_name": "Una P.", "is_active": "on", "is_staff": "on", "groups": [support.pk]}

    staff.post(reverse("admin:accounts_user_change", args=[una.pk]), form | NO_PARTS)

    told = entry("changed_by_hand")
    assert (told.subject, told.actor) == (f"accounts.user:{una.pk}", superuser)
    assert told.before == {"groups": [], "is_staff": False}
    assert told.after == {"groups": [support.pk], "is_staff": True}
    assert told.details["fields"] == ["full_name", "groups", "is_staff"]
    assert "Una" not in str(told.__dict__)


def test_a_form_that_is_not_right_is_not_told(staff: Client) -> None:
    una = UserFactory()

    staff.post(reverse("admin:accounts_user_change", args=[una.pk]), {"email": "", "is_staff": "on"} | NO_PARTS)

    assert not AuditEntry.objects.exists()


def test_a_new_password_is_told_without_a_word_of_it(staff: Client) -> None:
    una = UserFactory()
    form = {"password1": "harbour-lights-43", "password2": "harbour-lights-43", "usable_password": "true"}

    staff.post(reverse("admin:auth_user_password_change", args=[una.pk]), form)

    told = entry("changed_by_hand")
    assert told.subject == f"accounts.user:{una.pk}"
    assert "harbour" not in str(told.__dict__)


def test_rights_of_a_group_are_told(staff: Client) -> None:
    group = Group.objects.get(name="auditor")
    rights = sorted(group.permissions.values_list("pk", flat=True))

    staff.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "auditor", "permissions": rights[:1]})

    told = entry("changed_by_hand")
    assert (told.before, told.after) == ({"permissions": rights}, {"permissions": rights[:1]})


def test_a_membership_that_is_taken_away_is_told_with_its_organization(staff: Client) -> None:
    membership: Membership = MembershipFactory()

    staff.post(reverse("admin:accounts_membership_delete", args=[membership.pk]), {"post": "yes"})

    told = entry("deleted_by_hand")
    assert isinstance(membership.organization, Organization)
    assert (told.organization, told.details["person"]) == (membership.organization, membership.user_id)


def test_a_second_step_that_is_taken_away_is_told_with_its_person(staff: Client) -> None:
    una = UserFactory()
    app = Authenticator.objects.create(user=una, type=Authenticator.Type.TOTP, data={})
    ticked = {"action": "delete_selected", "_selected_action": [app.pk], "post": "yes"}

    staff.post(reverse("admin:mfa_authenticator_changelist"), ticked)

    assert not Authenticator.objects.exists()
    assert entry("deleted_by_hand").details == {"person": una.pk}
