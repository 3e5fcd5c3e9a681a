"""Gives each test process its own ports, data folder and fixed settings, before Django reads its settings.

Loaded by `-p` in pyproject.toml, because pytest-django reads the settings before any conftest. A developer's `.env`
must never lead a test to a real Stripe account, so every variable that decides that is set here.
"""

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path

_RUN_FOLDER = "BILLING_TEST_RUN_FOLDER"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _data_folder() -> Path:
    """One folder a run, one below it a process; the process that made it removes it."""
    if _RUN_FOLDER not in os.environ:
        os.environ[_RUN_FOLDER] = tempfile.mkdtemp(prefix="billing-tests-")
        atexit.register(shutil.rmtree, os.environ[_RUN_FOLDER], ignore_errors=True)
    return Path(os.environ[_RUN_FOLDER]) / os.environ.get("PYTEST_XDIST_WORKER", "main")


_port, _sandbox_port = _free_port(), _free_port()
_folder = _data_folder()
os.environ |= {
    "ENVIRONMENT": "development",
    "DEBUG": "false",
    "BILLING_DATA_DIR": str(_folder),
    "PORT": str(_port),
    "SITE_URL": f"http://127.0.0.1:{_port}",
    # pytest-django's live server takes the port that SITE_URL names, so that return addresses lead to it.
    "DJANGO_LIVE_TEST_SERVER_ADDRESS": f"127.0.0.1:{_port}",
    "STRIPE_SECRET_KEY": "",
    "SANDBOX_PORT": str(_sandbox_port),
    "STRIPE_SANDBOX_URL": f"http://127.0.0.1:{_sandbox_port}",
    "STRIPE_WEBHOOK_SECRETS": "whsec_of_the_tests",
    "CELERY_BROKER_URL": f"sqla+sqlite:///{_folder / 'broker.sqlite3'}",
    "EMAIL_URL": "",
}
