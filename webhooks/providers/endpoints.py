"""Which webhook addresses are open, and which provider module reads what arrives there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.conf import settings

from webhooks.events import Endpoint, SignedEvent
from webhooks.providers import stripe


class Provider(Protocol):
    """What a provider module offers."""

    def verify(self, body: bytes, *, headers: Mapping[str, str], secrets: tuple[str, ...], now: datetime) -> None: ...

    def read(self, body: bytes) -> SignedEvent: ...


PROVIDERS: dict[str, Provider] = {"stripe": stripe}


def find_endpoint(key: str) -> Endpoint | None:
    """The address of that key, or None. An address without a secret is closed: nothing unsigned is ever believed."""
    secrets = tuple(secret for secret in settings.STRIPE_WEBHOOK_SECRETS if secret)
    if key != "stripe" or not secrets:
        return None
    return Endpoint(key="stripe", provider="stripe", secrets=secrets, is_live=settings.STRIPE_LIVE_MODE)
