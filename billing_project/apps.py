"""The project as an app: it holds the mail backend, the launcher and the commands that span all apps."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "billing_project"
    verbose_name = "Project"

    def ready(self) -> None:
        from billing_project import checks, database_checks  # noqa: F401  # They register the system checks.
