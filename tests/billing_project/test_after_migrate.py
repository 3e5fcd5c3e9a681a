"""That the database's groups are those of the table, and stay so."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

from billing.rules.staff_roles import RIGHTS
from billing.terms import StaffRole
from billing_project.after_migrate import keep_staff_groups


def rights_in_database(name: str) -> set[str]:
    rows = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def known() -> set[str]:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("role", StaffRole)
def test_a_group_has_exactly_the_rights_of_its_role(role: StaffRole) -> None:
    assert rights_in_database(role.value) == RIGHTS[role] & known()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_groups_outlive_the_emptying_of_the_test_database(time: int) -> None:
    assert rights_in_database("finance") == RIGHTS[StaffRole.FINANCE] & known()


@pytest.mark.django_db
def test_every_right_of_the_table_is_a_permission() -> None:
    named = {right for rights in RIGHTS.values() for right in rights}

    assert named - known() == set()


@pytest.mark.django_db
def test_every_right_of_our_own_is_given_to_somebody() -> None:
    """A permission that no role has could be forgotten; a superuser has it, but nobody should work as one."""
    ours = {
        f"{model._meta.app_label}.{codename}"
        for app in ("billing", "webhooks")
        for model in apps.get_app_config(app).get_models()
        for codename, _ in model._meta.permissions
    }

    assert ours - {right for rights in RIGHTS.values() for right in rights} == set()


def test_an_auditor_may_view_every_page_of_the_admin() -> None:
    pages = {f"{model._meta.app_label}.view_{model._meta.model_name}" for model in admin.site._registry}

    assert pages - RIGHTS[StaffRole.AUDITOR] == set()


@pytest.mark.django_db
def test_the_next_migration_takes_back_what_was_given_by_hand_and_leaves_people_in_their_groups() -> None:
    support, own = Group.objects.get(name="support"), Group.objects.create(name="of the company")
    forgive = Permission.objects.get(codename="forgive_dunningcase")
    for group in (support, own):
        group.permissions.add(forgive)
    Group.objects.get(name="auditor").delete()

    keep_staff_groups(apps.get_app_config("billing_project"))

    assert rights_in_database("support") == RIGHTS[StaffRole.SUPPORT] & known()
    assert rights_in_database("auditor") == RIGHTS[StaffRole.AUDITOR] & known()
    assert list(own.permissions.all()) == [forgive]
