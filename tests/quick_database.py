"""Makes the test database cheap to empty; what the tests see in it is what Django would give them.

A test with real transactions ends by emptying every table. Django then makes all permissions and content types anew,
and we the groups of the staff's roles, which takes 0.3 seconds a test; here the same rows are put back. And
PostgreSQL's TRUNCATE makes new files for every table, used or not, which takes a second; here the rows are deleted
where there are any. The triggers of tables to which rows are only added are lifted meanwhile.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.append_only import lift_and_put_back


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's fixture, followed by the swap of "make anew" for "put back"."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions  # Apps are ready only now.
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.management import create_contenttypes
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection
    from django.db.models.signals import post_migrate

    rights = Group.permissions.through
    with django_db_blocker.unblock():
        content_types, permissions = list(ContentType.objects.all()), list(Permission.objects.all())
        groups, rights_of_groups = list(Group.objects.all()), list(rights.objects.all())

    def put_back(app_config: Any, **kwargs: Any) -> None:
        if app_config.label == "auth":
            ContentType.objects.bulk_create(content_types)
            Permission.objects.bulk_create(permissions)
            Group.objects.bulk_create(groups)
            rights.objects.bulk_create(rights_of_groups)

    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")
    for name in ("staff_groups", "append_only"):
        post_migrate.disconnect(sender=apps.get_app_config("billing_project"), dispatch_uid=f"billing_project.{name}")
    post_migrate.connect(put_back)
    # Of the class: once a browser is at work, Django gives the same thread another connection.
    operations = type(connection.ops)
    given = operations.sql_flush
    operations.sql_flush = lambda self, style, tables, **options: delete_rows(style, tables, **options)
    yield
    operations.sql_flush = given
    post_migrate.disconnect(put_back)


def delete_rows(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
    """What Django runs, in one transaction, to empty the tables; foreign keys are checked at its end."""
    from django.db import connection

    name = connection.ops.quote_name
    looks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name(table)})" for table in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        used = [table for (table,) in cursor.fetchall()]
    deletes = [f"DELETE FROM {name(table)}" for table in used]  # noqa: S608
    if "billing_auditentry" not in used:
        return deletes
    lift, put_back = lift_and_put_back()
    return [*lift, *deletes, *put_back]
