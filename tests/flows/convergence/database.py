"""Empties our database quickly and puts back what was there before the first event; the sandbox keeps its own."""

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from tests.append_only import lift_and_put_back

_KEPT = {"contenttypes.contenttype", "auth.permission", "sites.site"}


def _models() -> list[type[Model]]:
    found = apps.get_models(include_auto_created=True)
    return [
        model
        for model in found
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in _KEPT
    ]


class Snapshot:
    """All rows as they are now."""

    def __init__(self) -> None:
        self._rows = [(model, list(model._base_manager.all())) for model in _models()]

    def restore(self) -> None:
        quoted = connection.ops.quote_name
        tables = [model._meta.db_table for model in _models()]
        looks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in tables]  # noqa: S608
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(looks))
            used = [table for (table,) in cursor.fetchall()]
            lift, put_back = lift_and_put_back()
            for statement in (*lift, *(f"DELETE FROM {quoted(table)}" for table in used), *put_back):  # noqa: S608
                cursor.execute(statement)
            for model, rows in self._rows:
                if rows:
                    model._base_manager.bulk_create(rows)
