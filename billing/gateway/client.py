"""The one Stripe client: pinned version, own time-outs, keys from committed rows, errors translated once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from billing import counts
from billing.gateway import budget
from billing.gateway.translation import translate
from billing.gateway.transport import GuardedTransport

_MAX_NETWORK_RETRIES = 1


class VersionChanged(RuntimeError):
    """Stripe answered in another API version than the pinned one: stored shapes could no longer be trusted."""


@lru_cache(maxsize=1)
def client() -> stripe.StripeClient:
    """The client of this process, safe to use from several threads."""
    local = settings.STRIPE_API_BASE if settings.USES_SANDBOX else None
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={
            "api": settings.STRIPE_API_BASE,
            "files": local or stripe.upload_api_base,
            "meter_events": local or stripe.meter_events_api_base,
        },
        max_network_retries=_MAX_NETWORK_RETRIES,
        http_client=GuardedTransport(timeout=settings.STRIPE_TIMEOUT_SECONDS),
    )


def call(method: Callable[..., Any], *ids: str, key: str | None = None, **params: Any) -> Any:
    """Call one method of the SDK and return its StripeObject.

    `ids` are Stripe ids (`sub_…`); `key` is the idempotency key, made from a committed row, and every call that
    writes needs one. Safe to repeat with the same key and parameters below 23 h of system time.
    Raises StripeUnreachable or StripeRateLimited (outcome unknown: repeat), StripeObjectMissing, CardDeclined or
    StripeRefused (definite), StripeKeyRefused (configuration).
    """
    options: dict[str, Any] = {"idempotency_key": key} if key else {}
    budget.take()
    try:
        answer = method(*ids, params=params, options=options)
    except stripe.StripeError as error:
        if isinstance(error, stripe.RateLimitError):
            counts.rate_limited()
        raise translate(error) from error
    _check_version(answer)
    return answer


def _check_version(answer: Any) -> None:
    headers = getattr(getattr(answer, "last_response", None), "headers", None) or {}
    version = headers.get("Stripe-Version")
    if version and version != settings.STRIPE_API_VERSION:
        raise VersionChanged(f"Stripe answered in {version}, pinned is {settings.STRIPE_API_VERSION}")
