"""Decides how our Stripe account must be set up and what is missing; it must not know how Stripe is asked."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

WEBHOOK_PATH = "/webhooks/stripe/"
PORTAL_RETURN_PATH = "/billing/"
# Offered in this order (https://docs.stripe.com/api/customer_portal/configurations/create, read 2026-11).
CANCELLATION_REASONS = (
    "too_expensive",
    "missing_features",
    "switched_service",
    "unused",
    "customer_service",
    "too_complex",
    "low_quality",
    "other",
)
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


class SetupResult(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint at Stripe (`we_…`) that sends to our address."""

    stripe_endpoint_id: str
    api_version: str
    event_types: tuple[str, ...]
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """The endpoint to use, whether it must be changed, and those that send to the same address without need.

    `endpoint` None: make one.
    """

    endpoint: Endpoint | None
    is_to_change: bool
    superfluous_ids: tuple[str, ...]


def is_reachable(site_url: str) -> bool:
    """Whether Stripe could send events there; it refuses addresses of one's own machine."""
    return urlsplit(site_url).hostname not in _LOCAL_HOSTS


def choose_endpoint(endpoints: Sequence[Endpoint], *, event_types: Iterable[str], api_version: str) -> EndpointChoice:
    """An endpoint keeps its API version for life, so one of another version is not ours to use.

    Nothing is switched off here: until the new secret is in place, only the old endpoint's events are believed.
    """
    chosen = next((endpoint for endpoint in endpoints if endpoint.api_version == api_version), None)
    superfluous = tuple(found.stripe_endpoint_id for found in endpoints if found is not chosen)
    is_to_change = chosen is not None and (not chosen.is_enabled or set(chosen.event_types) != set(event_types))
    return EndpointChoice(chosen, is_to_change, superfluous)


def portal_content(*, product_name: str, site_url: str) -> dict[str, Any]:
    """What customers may do in Stripe's portal.

    Not: change the plan, because there a grandfathered price would be lost without a word, and we could neither
    preview nor refuse; and not the e-mail address, which must be confirmed from the new address first.
    """
    return {
        "name": f"{product_name} billing",
        "business_profile": {"headline": f"Your {product_name} subscription"},
        "default_return_url": f"{site_url}{PORTAL_RETURN_PATH}",
        "login_page": {"enabled": False},
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["name", "address", "tax_id"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {
                "enabled": True,
                "mode": "at_period_end",
                "proration_behavior": "none",
                "cancellation_reason": {"enabled": True, "options": list(CANCELLATION_REASONS)},
            },
            "subscription_update": {"enabled": False},
        },
    }


def differs(wanted: Any, *, found: Any) -> bool:
    """Whether any value of `wanted` is another one in `found`; what `wanted` does not name is Stripe's business."""
    if isinstance(wanted, dict):
        return not isinstance(found, dict) or any(
            name not in found or differs(value, found=found[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(found, list):
        return sorted(wanted) != sorted(found)
    return bool(wanted != found)


def creation_key(name: str, *, content: object, earlier_ids: Iterable[str]) -> str:
    """An idempotency key: the same while nothing was made yet, so that two runs make one object together."""
    text = json.dumps([content, sorted(earlier_ids)], sort_keys=True)
    return f"setup-{name}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
