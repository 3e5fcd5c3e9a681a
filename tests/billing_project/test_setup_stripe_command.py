"""`setup_stripe` and `sync_catalogue` as a person runs them: what they print and how they end."""

from io import StringIO

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.gateway.client import client
from billing.models import PortalConfiguration, Price

pytestmark = pytest.mark.django_db(transaction=True)


def run(name: str, **options: object) -> str:
    out = StringIO()
    call_command(name, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def bad_file(tmp_path):
    file = tmp_path / "catalogue.toml"
    text = project_settings.CATALOGUE_FILE.read_text(encoding="utf-8")
    file.write_text(text.replace('eur = "48.00"', 'eur = "-48.00"'), encoding="utf-8")
    return file


def test_setup_with_the_sandbox_prepares_portal_and_catalogue(sandbox):
    text = run("setup_stripe")

    assert "sandbox mode" in text
    assert "the sandbox was given its own" in text
    assert "create price growth_month_eur: 48.00 EUR" in text
    assert PortalConfiguration.objects.count() == 1
    assert Price.objects.filter(is_active=True).count() == 12


def test_second_setup_says_that_nothing_was_to_do(sandbox):
    run("setup_stripe")

    text = run("setup_stripe")

    assert ": unchanged" in text
    assert "The catalogue is up to date." in text


def test_new_endpoint_is_printed_as_the_line_for_the_env_file(sandbox, settings):
    client()
    settings.USES_SANDBOX = False
    settings.SITE_URL = "https://billing.example.com"
    settings.STRIPE_WEBHOOK_SECRETS = []

    text = run("setup_stripe")

    assert "  STRIPE_WEBHOOK_SECRETS=whsec_" in text
    assert "whsec_" not in run("setup_stripe")


def test_setup_refuses_a_configuration_that_mixes_modes(sandbox, settings):
    settings.STRIPE_OTHER_KEYS = ["sk_live_another"]

    with pytest.raises(CommandError, match="billing.E003") as refused:
        run("setup_stripe")

    assert refused.value.returncode == 1
    assert not PortalConfiguration.objects.exists()


def test_malformed_catalogue_ends_with_code_one_and_the_key(sandbox, bad_file):
    with pytest.raises(CommandError, match=r"plans\.growth\.prices\.month\.eur") as refused:
        run("sync_catalogue", file=bad_file)

    assert refused.value.returncode == 1
    assert not Price.objects.exists()


def test_missing_catalogue_file_is_refused_by_name(sandbox, tmp_path):
    with pytest.raises(CommandError, match="no_such_file"):
        run("sync_catalogue", file=tmp_path / "no_such_file.toml")


def test_dry_run_shows_the_plan_and_changes_nothing(sandbox):
    text = run("sync_catalogue", dry_run=True)

    assert "Would change at Stripe:\n  create product plan_starter: Starter\n" in text
    assert not Price.objects.exists()


def test_unreachable_stripe_ends_with_code_three_and_a_later_run_finishes(sandbox):
    sandbox.fault("http_500_before", times=4, match={"path": "/v1/products"})
    with pytest.raises(CommandError, match="Run this command again") as failed:
        run("sync_catalogue")

    sandbox.ask("DELETE", "/_sandbox/faults")
    run("sync_catalogue")

    assert failed.value.returncode == 3
    assert Price.objects.filter(is_active=True).count() == 12
