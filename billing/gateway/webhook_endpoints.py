"""Stripe's webhook endpoints: where events are sent, which ones, and in which API version."""

from collections.abc import Sequence

import stripe
from django.conf import settings

from billing.gateway.client import call, client
from billing.rules.stripe_account import Endpoint


def list_endpoints(url: str) -> list[Endpoint]:
    """The endpoints that send to exactly this address, the newest first. Their secrets are not in it."""
    found = call(client().v1.webhook_endpoints.list, limit=100).auto_paging_iter()
    return [
        Endpoint(
            stripe_endpoint_id=item["id"],
            api_version=item["api_version"] or "",
            event_types=tuple(item["enabled_events"]),
            is_enabled=item["status"] == "enabled",
        )
        for item in found
        if item["url"] == url
    ]


def create_endpoint(url: str, *, event_types: Sequence[str], key: str) -> stripe.WebhookEndpoint:
    """Make an endpoint with the pinned version. Only this answer holds its `secret`; the same key gives it again."""
    made: stripe.WebhookEndpoint = call(
        client().v1.webhook_endpoints.create,
        key=key,
        url=url,
        enabled_events=list(event_types),
        api_version=settings.STRIPE_API_VERSION,
        description="Billing: made by setup_stripe",
    )
    return made


def update_endpoint(stripe_endpoint_id: str, *, event_types: Sequence[str], key: str) -> None:
    """Set the events of an endpoint (`we_…`) and switch it on. Its version cannot be changed. Safe to repeat."""
    call(
        client().v1.webhook_endpoints.update,
        stripe_endpoint_id,
        key=key,
        enabled_events=list(event_types),
        disabled=False,
    )
