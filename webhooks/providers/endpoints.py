"""Which webhook addresses are open, and which provider module reads what arrives there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings

from webhooks.events import Endpoint, SignedEvent
from webhooks.providers import stripe


class Provider(Protocol):
    """What a provider module offers."""

    def verify(
        self, body: bytes, *, headers: Mapping[str, str], secrets: tuple[str, ...], now: datetime
    ) -> float: ...

    def read(self, body: bytes) -> SignedEvent: ...


MAIN = "stripe"
"""The key of the address that every installation has: `/webhooks/stripe/`."""

PROVIDERS: dict[str, Provider] = {"stripe": stripe}


def find_endpoint(key: str) -> Endpoint | None:
    """The address of that key, or None. An address without a secret is closed: nothing unsigned is ever believed.

    Beside the main one, `STRIPE_WEBHOOK_ENDPOINTS` may name others, each with secrets of its own.
    """
    if key == MAIN:
        named: Mapping[str, Any] = {"secrets": settings.STRIPE_WEBHOOK_SECRETS}
    else:
        named = settings.STRIPE_WEBHOOK_ENDPOINTS.get(key, {})
    secrets = tuple(secret for secret in named.get("secrets", ()) if secret)
    if not secrets:
        return None
    return Endpoint(
        key=key,
        provider="stripe",
        secrets=secrets,
        is_live=settings.STRIPE_LIVE_MODE,
        account=named.get("account", ""),
    )
