"""Sessions of Stripe's customer portal."""

import stripe

from billing.gateway.client import call, client


def create(
    *, stripe_customer_id: str, configuration_id: str, return_url: str, key: str
) -> stripe.billing_portal.Session:
    """A short-lived link into the portal (`bps_…`) for one customer, under our pinned configuration (`bpc_…`)."""
    return call(
        client().v1.billing_portal.sessions.create,
        key=key,
        customer=stripe_customer_id,
        configuration=configuration_id,
        return_url=return_url,
    )
