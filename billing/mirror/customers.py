"""Makes sure that an organization has its one customer at Stripe; it must not know what is sold to it."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings

from accounts.models import Organization
from billing import clock
from billing.errors import OrganizationClosing, StripeUnreachable
from billing.gateway import customers
from billing.mirror import shapes
from billing.mirror.rows.customer import METADATA_KEY
from billing.models import Customer
from billing.selectors.customer import is_closing

_KEY_IS_SAFE_FOR = timedelta(hours=23)
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.2


def ensure_customer(organization: Organization) -> Customer:
    """The organization's customer with its Stripe id (`cus_…`), created once even for many calls at the same moment.

    The row is committed first; its UUID is the idempotency key, so parallel calls and repeats reach one customer.
    Never found by e-mail alone: that would give one payer another's card. In the place of one that our row knows as
    deleted a new one is created. Raises OrganizationClosing, StripeUnreachable; safe to repeat.
    """
    if is_closing(organization):
        raise OrganizationClosing()
    customer, _ = Customer.objects.get_or_create(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        is_deleted=False,
        defaults={"creation_name": organization.name, "creation_email": organization.email},
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not customer.stripe_customer_id:
        try:
            created = _find_or_create(customer)
        except StripeUnreachable:
            # Most likely somebody else's call with the same key is still running: look whether it has succeeded.
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            Customer.objects.filter(pk=customer.pk, stripe_customer_id=None).update(
                stripe_customer_id=created["id"],
                stripe_created_at=shapes.created_at(created),
                creation_name="",
                creation_email="",
            )
        customer.refresh_from_db()
    return customer


def _find_or_create(customer: Customer) -> Any:
    """Stripe forgets keys after a day, so that a later repeat first looks for what an earlier one may have made."""
    metadata = {METADATA_KEY: str(customer.uuid), "organization": str(customer.organization.uuid)}
    if clock.system_now() - customer.created_at > _KEY_IS_SAFE_FOR:
        found = customers.find(email=customer.creation_email, metadata=metadata)
        if found is not None:
            return found
    return customers.create(
        name=customer.creation_name,
        email=customer.creation_email,
        metadata=metadata,
        key=f"{customer.uuid}:create",
    )
