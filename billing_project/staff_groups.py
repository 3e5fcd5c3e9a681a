"""Brings the groups of the staff's roles to the table of their rights; it must not know who is in them.

Django makes the permissions only after all migrations, so the rights are given at that moment, every time: a right
that the table lost is taken away by the next `migrate`. A company's own groups are left alone.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Value
from django.db.models.functions import Concat

from billing.rules.staff_roles import RIGHTS


def keep_staff_groups(app_config: AppConfig, **kwargs: Any) -> None:
    """After a migration: make groups that are missing, give each exactly its rights. Safe to repeat.

    The table may name permissions that the database does not have yet, while migrations are taken back.
    """
    try:
        kwargs.get("apps", apps).get_model("auth", "Group")
    except LookupError:
        return  # Somebody migrates a part of the apps; their tables are not all there.
    known = Permission.objects.annotate(name_of_it=Concat("content_type__app_label", Value("."), "codename"))
    for role, rights in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set(known.filter(name_of_it__in=rights))
