"""The groups of the staff's roles. Their rights follow after the migrations: billing_project/after_migrate.py."""

from django.db import migrations

ROLES = ["support", "finance", "billing_admin", "auditor"]


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for name in ROLES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("billing", "0032_indexes_of_the_dunning_sweep"),
    ]

    operations = [
        # Taken back, the groups stay: who is in them is not ours to forget.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
