"""The Celery application; it decides where its settings come from, and refuses to start with bad ones."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
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
