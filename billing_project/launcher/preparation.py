"""What happens before and beside the processes: database, demo data, catalogue, the line that says ready.

The commands run inside the launcher: a Django of its own for each would take longer than the whole start.
"""

import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import DatabaseError, connections

from billing_project import demo
from billing_project.checks import refuse_bad_configuration
from billing_project.launcher import machine
from billing_project.launcher.readiness import wait_for
from billing_project.measuring import forget_counts

FAILURES = (CommandError, SystemCheckError, DatabaseError, ImproperlyConfigured)
SANDBOX_NAME = "sandbox"


def prepare() -> None:
    """Bring database and demo data up to date. Safe to repeat. Raises one of FAILURES."""
    if settings.IS_PRODUCTION:
        raise ImproperlyConfigured("`make run` is for development; ENVIRONMENT says production.")
    django.setup()
    refuse_bad_configuration()  # A command that is called from code does not run the checks by itself.
    forget_counts(settings.METRICS_DIR)
    call_command("prepare_database")
    call_command("seed_demo", verbosity=0)
    # The processes are forked from here, and a database connection must not be shared with them.
    connections.close_all()


def procfile() -> str:
    """The Procfile's lines for this configuration, and the variables that they name."""
    lines = (machine.ROOT / "Procfile").read_text().splitlines()
    os.environ["PORT"] = str(settings.PORT)
    if settings.USES_SANDBOX:
        os.environ["SANDBOX_PORT"] = str(settings.SANDBOX_PORT)
        os.environ["PRODUCT_NAME"] = settings.PRODUCT_NAME
        os.environ["SANDBOX_STATE"] = str(settings.DATA_DIR / "sandbox.sqlite3")
        endpoint = f"http://127.0.0.1:{settings.PORT}/webhooks/stripe/"
        os.environ["SANDBOX_WEBHOOK"] = f"{endpoint}={settings.STRIPE_WEBHOOK_SECRETS[0]}"
        return "\n".join(lines)
    return "\n".join(line for line in lines if not line.startswith(f"{SANDBOX_NAME}:"))


def finish() -> None:
    """Set up the sandbox as one would a Stripe account, wait until this start is complete, and say so."""
    token = settings.START_TOKEN
    web = f"http://127.0.0.1:{settings.PORT}"
    if settings.USES_SANDBOX:
        health = f"{settings.SANDBOX_URL}/_sandbox/health"
        wait_for(health, field="token", token=token, what="the sandbox does not answer")
        call_command("setup_stripe")
        connections.close_all()
    wait_for(f"{web}/healthz", field="token", token=token, what="web does not answer")
    wait_for(f"{web}/healthz", field="task_token", token=token, what="no task came from beat through the worker")
    print(f"ready: {web}/\n{demo.logins()}", flush=True)
