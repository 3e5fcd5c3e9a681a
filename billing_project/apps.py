"""The project as an app: it holds the mail backend, the launcher and the commands that span all apps."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "billing_project"
    verbose_name = "Project"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate  # Models are ready only now.

        from billing_project import checks, database_checks  # noqa: F401  # They register the system checks.
        from billing_project.after_migrate import keep_audit_append_only, keep_staff_groups

        # This app is the last one, so that by now Django has made the permissions of all.
        post_migrate.connect(keep_staff_groups, sender=self, dispatch_uid="billing_project.staff_groups")
        post_migrate.connect(keep_audit_append_only, sender=self, dispatch_uid="billing_project.append_only")
