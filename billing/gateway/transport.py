"""Carries requests to Stripe with short time-outs, and never inside a database transaction."""

import logging
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

# dj-stripe makes these inside its own transaction when a row is new; both happen at deployment and catalogue sync.
_ALLOWED_PREFIXES = ("/v1/account", "/v1/products/")


class NetworkInTransaction(RuntimeError):
    """A call to Stripe was about to be made inside a transaction: it would hold locks for seconds."""


class GuardedTransport(stripe.RequestsClient):
    """Stripe's own transport with that rule. Production logs a breach, everything else refuses it."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        path = urlsplit(url).path
        if connection.in_atomic_block and not path.startswith(_ALLOWED_PREFIXES):
            if not settings.IS_PRODUCTION:
                raise NetworkInTransaction(f"{method} {path}")
            logger.error("Call to Stripe inside a transaction: %s %s", method, path)
        return super().request(method, url, *args, **kwargs)


def install_for_dj_stripe() -> None:
    """Give dj-stripe's calls, which use the SDK's global client, the same time-outs and the same guard."""
    stripe.default_http_client = GuardedTransport(timeout=settings.STRIPE_TIMEOUT_SECONDS)
    stripe.max_network_retries = 1
    stripe.api_version = settings.STRIPE_API_VERSION
    stripe.api_base = settings.STRIPE_API_BASE
