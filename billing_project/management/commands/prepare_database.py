"""Brings the database and the local broker up to date; it must not know what the tables mean.

docs/decisions/0003-development-database.md says why a fresh development database takes a short cut.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from billing_project.broker import prepare_broker
from billing_project.checks import TAG

MIRROR_APP = "djstripe"


class Command(BaseCommand):
    requires_system_checks = [TAG]
    help = "Prepare the database: migrate, on a fresh development database with a short cut for dj-stripe."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_broker()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            self.stdout.write("The database is up to date.")
            return
        if may_build_from_models():
            self.stdout.write("Preparing a fresh database …")
            migrate_what_the_mirror_needs(executor.loader)
            build_from_models()
        elif any(migration.app_label == MIRROR_APP for migration, _ in plan):
            self.stdout.write("Running dj-stripe's migrations: 30 to 60 seconds, nearly all in its 0002 …")
        self.stdout.write("Migrating …")
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("The database is ready.")


def may_build_from_models() -> bool:
    """Whether this is a fresh SQLite database in development: anything else takes every migration as written."""
    applied = MigrationRecorder(connection).applied_migrations()
    return (
        not settings.IS_PRODUCTION
        and connection.vendor == "sqlite"
        and not any(app == MIRROR_APP for app, _ in applied)
        and not any(name.startswith(f"{MIRROR_APP}_") for name in connection.introspection.table_names())
    )


def migrate_what_the_mirror_needs(loader: MigrationLoader) -> None:
    """Migrate every other app as far as dj-stripe's migrations depend on it."""
    mirror = [key for key in loader.disk_migrations if key[0] == MIRROR_APP]
    needed = dict.fromkeys(parent for key in sorted(mirror) for parent in loader.graph.forwards_plan(key))
    missing = [key for key in needed if key not in mirror and key not in loader.applied_migrations]
    # As a plan, not as targets: a target that another one already brought along would be taken back.
    plan = [(loader.graph.nodes[key], False) for key in missing]
    MigrationExecutor(connection).migrate(missing, plan=plan)


def build_from_models() -> None:
    """Create dj-stripe's tables as its models describe them and record its migrations, all of it or nothing."""
    loader = MigrationLoader(connection)
    names = sorted(name for app, name in loader.disk_migrations if app == MIRROR_APP)
    if not names:
        raise CommandError("dj-stripe has no migrations to stand for.")
    with connection.schema_editor(atomic=True) as editor:
        for model in apps.get_app_config(MIRROR_APP).get_models():
            editor.create_model(model)
        recorder = MigrationRecorder(connection)
        for name in names:
            recorder.record_applied(MIRROR_APP, name)
