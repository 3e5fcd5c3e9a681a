"""The database refuses to change or delete an entry of the audit: billing/models/append_only.py."""

from django.db import migrations

from billing.models.append_only import allow_changes, forbid_changes


def lock(apps, schema_editor):
    forbid_changes(schema_editor.connection)


def unlock(apps, schema_editor):
    allow_changes(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0037_audit_before_and_after"),
    ]

    operations = [
        migrations.RunPython(lock, unlock),
    ]
