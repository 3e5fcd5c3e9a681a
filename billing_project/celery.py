"""The Celery application; it decides where its settings come from, and refuses to start with bad ones."""

import os
import sys
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, task_postrun, task_prerun, worker_init
from django.core.exceptions import ImproperlyConfigured

from billing_project import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_project.settings")

app = Celery("billing_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_bad_configuration(**kwargs: Any) -> None:
    try:
        checks.refuse_bad_configuration()
    except ImproperlyConfigured as fault:
        # Celery logs what a receiver raises and goes on; only SystemExit passes.
        sys.exit(str(fault))


@task_prerun.connect
def name_the_task(task_id: str = "", task: Any = None, **kwargs: Any) -> None:
    """Each log line of a task names it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)


@task_postrun.connect
def forget_the_task(**kwargs: Any) -> None:
    structlog.contextvars.clear_contextvars()
