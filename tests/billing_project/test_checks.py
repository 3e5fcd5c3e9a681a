"""Configurations with which money could go wrong, each refused under its own id."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from billing_project.checks import TAG, refuse_bad_configuration

ROOT = Path(__file__).resolve().parents[2]
LIVE_KEY = "sk_live_" + "a" * 24
TEST_KEY = "sk_test_" + "a" * 24
PRODUCTION = {
    "ENVIRONMENT": "production",
    "IS_PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "k" * 60,
    "SITE_URL": "https://billing.example.com",
    "USES_SANDBOX": False,
    "STAFF_MFA_REQUIRED": True,
    "STRIPE_SECRET_KEY": LIVE_KEY,
    "STRIPE_WEBHOOK_SECRETS": ["whsec_own"],
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_HOSTED_ORIGINS": ["https://checkout.stripe.com"],
}
OWN_TEST_ACCOUNT = {
    "USES_SANDBOX": False,
    "STRIPE_SECRET_KEY": TEST_KEY,
    "STRIPE_WEBHOOK_SECRETS": ["whsec_own"],
    "STRIPE_API_BASE": "https://api.stripe.com",
}
DEVELOPMENT_SECRET_KEY = "development-only-and-refused-in-production-by-a-system-check"
DEVELOPMENT_WEBHOOK_SECRET = "whsec_development_only_and_refused_in_production"


def refused(settings: Any, base: dict[str, Any], **changes: Any) -> list[str | None]:
    """The ids with which this configuration is refused."""
    for name, value in {**base, **changes}.items():
        setattr(settings, name, value)
    return sorted(fault.id for fault in run_checks(tags=[TAG]))


@pytest.mark.parametrize("base", [{}, OWN_TEST_ACCOUNT, PRODUCTION], ids=["sandbox", "own account", "production"])
def test_a_sound_configuration_is_accepted(settings: Any, base: dict[str, Any]) -> None:
    assert refused(settings, base) == []


@pytest.mark.parametrize(
    ("base", "changes", "expected"),
    [
        ({}, {"ENVIRONMENT": "prod"}, ["billing.E001"]),
        ({}, {"METRICS_TOKEN": "short"}, ["billing.E019"]),
        (PRODUCTION, {"STAFF_MFA_REQUIRED": False}, ["billing.W001"]),
        ({}, {"DUNNING_COLLECTOR": "both"}, ["billing.E040"]),
        ({}, {"DISPUTE_LOST_POLICY": "pause"}, ["billing.E050"]),
        ({}, {"DISPUTE_SECOND_PERSON_ABOVE": -1}, ["billing.E051"]),
        ({}, {"SIGN_IN_DAYS": 0}, ["billing.E052"]),
        ({}, {"STRIPE_API_VERSION": ""}, ["billing.E011"]),
        ({}, {"STRIPE_API_VERSION": "2026-08-26.dahlia"}, ["billing.E011"]),
        ({}, {"STRIPE_WEBHOOK_SECRETS": []}, ["billing.E006"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_SECRET_KEY": "pk_test_of_the_browser"}, ["billing.E002"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_OTHER_KEYS": ["", LIVE_KEY]}, ["billing.E003"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_SECRET_KEY": LIVE_KEY, "DEBUG": True}, ["billing.E004"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_SECRET_KEY": LIVE_KEY}, ["billing.E004"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_WEBHOOK_SECRETS": []}, ["billing.E006"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_WEBHOOK_SECRETS": ["whsec_own", ""]}, ["billing.E006"]),
        (OWN_TEST_ACCOUNT, {"STRIPE_WEBHOOK_SECRETS": [DEVELOPMENT_WEBHOOK_SECRET]}, ["billing.E007"]),
        (PRODUCTION, {"STRIPE_SECRET_KEY": TEST_KEY}, ["billing.E005"]),
        (PRODUCTION, {"STRIPE_SECRET_KEY": ""}, ["billing.E005"]),
        (PRODUCTION, {"STRIPE_OTHER_KEYS": [TEST_KEY, ""]}, ["billing.E003"]),
        (PRODUCTION, {"DEBUG": True}, ["billing.E004", "billing.E009"]),
        (PRODUCTION, {"STRIPE_WEBHOOK_SECRETS": []}, ["billing.E006"]),
        (PRODUCTION, {"STRIPE_WEBHOOK_SECRETS": [DEVELOPMENT_WEBHOOK_SECRET]}, ["billing.E007"]),
        (PRODUCTION, {"SECRET_KEY": DEVELOPMENT_SECRET_KEY}, ["billing.E008"]),
        (PRODUCTION, {"SITE_URL": "http://billing.example.com"}, ["billing.E010"]),
        (PRODUCTION, {"STRIPE_API_BASE": "http://127.0.0.1:12111"}, ["billing.E012"]),
        (PRODUCTION, {"STRIPE_HOSTED_ORIGINS": ["http://127.0.0.1:12111"]}, ["billing.E012"]),
        (PRODUCTION, {"USES_SANDBOX": True}, ["billing.E013"]),
        (PRODUCTION, {"REFRESH_LEASE_SECONDS": 16}, ["billing.E014"]),
        (PRODUCTION, {"INBOX_KEY_DAYS": 30, "INBOX_BODY_DAYS": 20}, ["billing.E015"]),
        (PRODUCTION, {"INBOX_BODY_DAYS": 181}, ["billing.E015"]),
        (PRODUCTION, {"STRIPE_CALLS_PER_SECOND": 0}, ["billing.E016"]),
        (PRODUCTION, {"STRIPE_WEBHOOK_ENDPOINTS": {"second": {"secrets": []}}}, ["billing.E017"]),
        (PRODUCTION, {"RECONCILE_HOUR": 24}, ["billing.E018"]),
        (PRODUCTION, {"PLAN_CHANGE_UP_BEHAVIOUR": "at once"}, ["billing.E020"]),
        (PRODUCTION, {"SEATS_SYNC": "down"}, ["billing.E021"]),
        (PRODUCTION, {"SEATS_DOWN_BEHAVIOUR": "now_invoice"}, ["billing.E021"]),
    ],
)
def test_a_dangerous_configuration_is_refused(
    settings: Any, base: dict[str, Any], changes: dict[str, Any], expected: list[str]
) -> None:
    assert refused(settings, base, **changes) == expected


def test_the_refusal_names_every_fault(settings: Any) -> None:
    settings.ENVIRONMENT = "prod"
    settings.STRIPE_WEBHOOK_SECRETS = []

    with pytest.raises(ImproperlyConfigured, match=r"(?s)billing\.E001.*billing\.E006"):
        refuse_bad_configuration()


@pytest.mark.parametrize(
    "program",
    [
        ["gunicorn", "billing_project.wsgi", "--bind", "127.0.0.1:0"],
        ["celery", "-A", "billing_project", "worker", "--pool", "solo", "--without-mingle"],
        # The schedule is not read from the database here: there are no tables in it.
        ["celery", "-A", "billing_project", "beat", "--pidfile=", "--scheduler", "celery.beat.Scheduler"],
    ],
    ids=["web", "worker", "beat"],
)
def test_no_program_starts_with_a_dangerous_configuration(program: list[str], tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ENVIRONMENT": "prod",
        "BILLING_DATA_DIR": str(tmp_path),
        "CELERY_BROKER_URL": "memory://",
    }

    result = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert result.returncode != 0
    assert "ENVIRONMENT is 'prod'" in result.stderr
