"""What tests of the webhooks share: settings in which one known secret is active."""

from typing import Any

import pytest
from django.test import Client

from tests.webhooks.deliveries import SECRET


@pytest.fixture(autouse=True)
def active_secret(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


@pytest.fixture
def stranger() -> Client:
    """Somebody without a session, before whom cross-site checks are on, as before Stripe."""
    return Client(enforce_csrf_checks=True)
