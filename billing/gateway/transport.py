"""Carries requests to Stripe with short time-outs, and never inside a database transaction."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

# dj-stripe makes these inside its own transaction when a row is new; both happen at deployment and catalogue sync.
_ALLOWED_PREFIXES = ("/v1/account", "/v1/products/")
_product_asks_dj_stripe = ContextVar("product_asks_dj_stripe", default=False)


class NetworkInTransaction(RuntimeError):
    """A call to Stripe was about to be made inside a transaction: it would hold locks for seconds."""


class GuardedTransport(stripe.RequestsClient):
    """Stripe's own transport with that rule. Production logs a breach, everything else refuses it."""

    def is_guarded(self) -> bool:
        """Whether the rule holds for this call."""
        return True

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        path = urlsplit(url).path
        if self.is_guarded() and connection.in_atomic_block and not path.startswith(_ALLOWED_PREFIXES):
            if not settings.IS_PRODUCTION:
                raise NetworkInTransaction(f"{method} {path}")
            logger.error("Call to Stripe inside a transaction: %s %s", method, path)
        return super().request(method, url, *args, **kwargs)


class DjStripeTransport(GuardedTransport):
    """What dj-stripe calls through: guarded while the product asks it for something.

    Its own commands (`djstripe_sync_models`) fetch what a new row refers to inside dj-stripe's transaction; who runs
    one has chosen that. No request, task or command of the product reaches dj-stripe but through the mirror.
    """

    def is_guarded(self) -> bool:
        return _product_asks_dj_stripe.get()


@contextmanager
def guarding_dj_stripe() -> Iterator[None]:
    """Within this block dj-stripe's calls obey the rule as ours do; each use of it by the product stands in one."""
    token = _product_asks_dj_stripe.set(True)
    try:
        yield
    finally:
        _product_asks_dj_stripe.reset(token)


def install_for_dj_stripe() -> None:
    """Give dj-stripe's calls, which use the SDK's global client, the same time-outs, and the guard where we ask."""
    stripe.default_http_client = DjStripeTransport(timeout=settings.STRIPE_TIMEOUT_SECONDS)
    stripe.max_network_retries = 1
    stripe.api_version = settings.STRIPE_API_VERSION
    stripe.api_base = settings.STRIPE_API_BASE
