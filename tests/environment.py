"""Gives each test process its own ports, data folder and fixed settings, before Django reads its settings.

Loaded by `-p` in pyproject.toml, because pytest-django reads the settings before any conftest. A developer's `.env`
must never lead a test to a real Stripe account or to data, so every variable that decides that is set here. Database
and broker are files, unless the environment itself names servers, as `tests.servers` does.
"""

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

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


def _database_url() -> str:
    """Django puts "test_" and the process before the database's name, so that the named one is never touched."""
    named = os.environ.get("DATABASE_URL", "")
    return named if named.startswith("postgres") else f"sqlite:///{_folder / 'db.sqlite3'}"


def _broker_url() -> str:
    """On a server each test process has a numbered database of its own: no other reads its messages."""
    named = os.environ.get("CELERY_BROKER_URL", "")
    if not named.startswith("redis"):
        return f"sqla+sqlite:///{_folder / 'broker.sqlite3'}"
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    return urlsplit(named)._replace(path=f"/{number}").geturl()


_port, _sandbox_port = _free_port(), _free_port()
_folder = _data_folder()
os.environ |= {
    "ENVIRONMENT": "development",
    "DEBUG": "false",
    # Rows are written past the services in tests; what the cache does, its own tests ask for.
    "ENTITLEMENT_CACHE_MILLISECONDS": "0",
    "BILLING_DATA_DIR": str(_folder),
    "PORT": str(_port),
    "SITE_URL": f"http://127.0.0.1:{_port}",
    # pytest-django's live server takes the port that SITE_URL names, so that return addresses lead to it.
    "DJANGO_LIVE_TEST_SERVER_ADDRESS": f"127.0.0.1:{_port}",
    "STRIPE_SECRET_KEY": "",
    "SANDBOX_PORT": str(_sandbox_port),
    "STRIPE_SANDBOX_URL": f"http://127.0.0.1:{_sandbox_port}",
    "STRIPE_WEBHOOK_SECRETS": "whsec_of_the_tests",
    "DATABASE_URL": _database_url(),
    "CELERY_BROKER_URL": _broker_url(),
    "EMAIL_URL": "",
}
