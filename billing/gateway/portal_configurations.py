"""Configurations of Stripe's customer portal: what a customer may do there."""

from typing import Any

import stripe

from billing.errors import StripeObjectMissing
from billing.gateway.client import call, client

# The address of the installation that a configuration was made for: two installations may share one test account.
_SITE_MARK = "site"


def find_configuration(stripe_configuration_id: str) -> stripe.billing_portal.Configuration | None:
    """A configuration (`bpc_…`) that is there and in use, or None. Raises StripeUnreachable; safe to repeat."""
    try:
        found = call(client().v1.billing_portal.configurations.retrieve, stripe_configuration_id)
    except StripeObjectMissing:
        return None
    return found if found["active"] else None


def list_configurations(site_url: str) -> list[stripe.billing_portal.Configuration]:
    """Those made for this site, the newest first, inactive ones, too. Raises StripeUnreachable; safe to repeat."""
    found = call(client().v1.billing_portal.configurations.list, limit=100).auto_paging_iter()
    return [item for item in found if item["metadata"].to_dict().get(_SITE_MARK) == site_url]


def create_configuration(content: dict[str, Any], *, site_url: str, key: str) -> stripe.billing_portal.Configuration:
    """Safe to repeat with the same key and content."""
    return call(client().v1.billing_portal.configurations.create, key=key, metadata={_SITE_MARK: site_url}, **content)


def update_configuration(stripe_configuration_id: str, *, content: dict[str, Any], key: str) -> None:
    """Set every value of `content`. Safe to repeat."""
    call(client().v1.billing_portal.configurations.update, stripe_configuration_id, key=key, **content)
