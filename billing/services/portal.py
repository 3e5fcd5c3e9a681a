"""Use case: send a person into Stripe's customer portal and back to one of our own pages."""

from datetime import datetime

from django.conf import settings

from accounts.models import Organization, User
from billing import audit
from billing.errors import NotFound, NotSetUp
from billing.gateway import portal_sessions
from billing.models import PortalConfiguration
from billing.rules.return_urls import return_url
from billing.selectors.customer import current_customer


def open_portal(organization: Organization, *, return_to: str, actor: User | None, now: datetime) -> str:
    """Return a short-lived address of the portal. `return_to` names a page of the fixed table of return addresses.

    Raises NotFound while nothing was ever bought, NotSetUp without our pinned configuration, InvalidInput for an
    unknown page, StripeUnreachable. Each call opens a new session; nothing can be doubled by it.
    """
    back = return_url(return_to, site_url=settings.SITE_URL)
    customer = current_customer(organization)
    if customer is None or not customer.stripe_customer_id:
        raise NotFound("There is nothing to manage yet: no plan was bought.")
    configuration = PortalConfiguration.objects.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    if configuration is None:
        raise NotSetUp()
    entry = audit.record("portal_opened", subject=customer.stripe_customer_id, organization=organization, actor=actor)
    session = portal_sessions.create(
        stripe_customer_id=customer.stripe_customer_id,
        configuration_id=configuration.stripe_configuration_id,
        return_url=back,
        key=f"{entry.uuid}:portal",
    )
    return str(session["url"])
