"""Prepares a Stripe account for this installation: the portal's configuration and the webhook endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings

from billing.gateway import accounts, portal_configurations, webhook_endpoints
from billing.models import PortalConfiguration
from billing.rules.stripe_account import (
    WEBHOOK_PATH,
    SetupResult,
    choose_endpoint,
    creation_key,
    differs,
    is_reachable,
    portal_content,
)


@dataclass(frozen=True, slots=True)
class EndpointSetup:
    """`secret` is there only when the endpoint was made just now; Stripe never tells it again."""

    result: SetupResult
    url: str
    stripe_endpoint_id: str = ""
    secret: str = ""
    superfluous_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StripeSetup:
    stripe_account_id: str
    portal: SetupResult
    stripe_configuration_id: str
    endpoint: EndpointSetup


def setup_stripe(event_types: Sequence[str]) -> StripeSetup:
    """Make or mend the portal configuration, whose id is pinned in our row, and the webhook endpoint.

    Safe to repeat and to run twice at once; nothing is switched off or deleted. No endpoint is made with the
    sandbox, which has its own from the command line, nor for an address that Stripe cannot reach.
    Raises StripeKeyRefused, StripeRefused, StripeUnreachable; a further run goes on.
    """
    account = accounts.own_account()
    configuration_id, portal = _set_up_portal()
    return StripeSetup(account["id"], portal, configuration_id, _set_up_endpoint(event_types))


def _set_up_portal() -> tuple[str, SetupResult]:
    content = portal_content(product_name=settings.PRODUCT_NAME, site_url=settings.SITE_URL)
    found = _pinned_configuration()
    made = [] if found else portal_configurations.list_configurations(settings.SITE_URL)
    # One that a run made whose row was lost or never written.
    found = found or next((item for item in made if item["active"]), None)
    if found is None:
        earlier_ids = [item["id"] for item in made]
        key = creation_key("portal", content=[settings.SITE_URL, content], earlier_ids=earlier_ids)
        found = portal_configurations.create_configuration(content, site_url=settings.SITE_URL, key=key)
        result = SetupResult.CREATED
    elif differs(content, found=found.to_dict()):
        portal_configurations.update_configuration(found["id"], content=content, key=f"setup-{uuid4()}")
        result = SetupResult.CHANGED
    else:
        result = SetupResult.UNCHANGED
    PortalConfiguration.objects.update_or_create(
        livemode=settings.STRIPE_LIVE_MODE, defaults={"stripe_configuration_id": found["id"]}
    )
    return found["id"], result


def _pinned_configuration() -> Any:
    row = PortalConfiguration.objects.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    return portal_configurations.find_configuration(row.stripe_configuration_id) if row else None


def _set_up_endpoint(event_types: Sequence[str]) -> EndpointSetup:
    url = f"{settings.SITE_URL}{WEBHOOK_PATH}"
    if settings.USES_SANDBOX or not is_reachable(settings.SITE_URL):
        return EndpointSetup(SetupResult.SKIPPED, url)
    found = webhook_endpoints.list_endpoints(url)
    choice = choose_endpoint(found, event_types=event_types, api_version=settings.STRIPE_API_VERSION)
    if choice.endpoint is None:
        key = creation_key("endpoint", content=[url, list(event_types)], earlier_ids=choice.superfluous_ids)
        made = webhook_endpoints.create_endpoint(url, event_types=event_types, key=key)
        return EndpointSetup(SetupResult.CREATED, url, made["id"], made["secret"], choice.superfluous_ids)
    endpoint_id = choice.endpoint.stripe_endpoint_id
    if not choice.is_to_change:
        return EndpointSetup(SetupResult.UNCHANGED, url, endpoint_id, superfluous_ids=choice.superfluous_ids)
    webhook_endpoints.update_endpoint(endpoint_id, event_types=event_types, key=f"setup-{uuid4()}")
    return EndpointSetup(SetupResult.CHANGED, url, endpoint_id, superfluous_ids=choice.superfluous_ids)
