"""Makes sure that an organization has its one customer at Stripe; it must not know what is sold to it."""

import time

from django.conf import settings

from accounts.models import Organization
from billing.errors import StripeUnreachable
from billing.gateway import customers
from billing.mirror.rows.customer import METADATA_KEY
from billing.models import Customer

_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.2


def find_customer(organization: Organization) -> Customer | None:
    """The organization's customer in this mode, created at Stripe or about to be."""
    return Customer.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE).first()


def ensure_customer(organization: Organization) -> Customer:
    """The organization's customer with its Stripe id (`cus_…`), created once even for many calls at the same moment.

    The row is committed first; its UUID is the idempotency key, so parallel calls and repeats reach one customer.
    Never found by e-mail: that would give one payer another's card. Raises StripeUnreachable; safe to repeat.
    """
    customer, _ = Customer.objects.get_or_create(organization=organization, livemode=settings.STRIPE_LIVE_MODE)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not customer.stripe_customer_id:
        try:
            created = customers.create(
                name=organization.name,
                email=organization.email,
                metadata={METADATA_KEY: str(customer.uuid), "organization": str(organization.uuid)},
                key=f"{customer.uuid}:create",
            )
        except StripeUnreachable:
            # Most likely somebody else's call with the same key is still running: look whether it has succeeded.
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            Customer.objects.filter(pk=customer.pk, stripe_customer_id=None).update(stripe_customer_id=created["id"])
        customer.refresh_from_db()
    return customer
