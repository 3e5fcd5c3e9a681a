"""Puts right after every migration what migrations alone cannot keep: rights of groups, triggers of the audit."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.db.models import Value
from django.db.models.functions import Concat

from billing.models.append_only import forbid_changes
from billing.rules.staff_roles import RIGHTS


def keep_staff_groups(app_config: AppConfig, **kwargs: Any) -> None:
    """Make the groups of staff's roles that are missing, and give each exactly its rights. Safe to repeat.

    Django makes the permissions only after all migrations. A right that the table lost is taken away here; a
    company's own groups are left alone. The table may name permissions that the database does not have yet.
    """
    try:
        kwargs.get("apps", apps).get_model("auth", "Group")
    except LookupError:
        return  # Somebody migrates a part of the apps; their tables are not all there.
    known = Permission.objects.annotate(name_of_it=Concat("content_type__app_label", Value("."), "codename"))
    for role, rights in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set(known.filter(name_of_it__in=rights))


def keep_audit_append_only(app_config: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """Make the triggers of the audit anew: SQLite loses them whenever a migration alters their table."""
    forbid_changes(connections[using])
