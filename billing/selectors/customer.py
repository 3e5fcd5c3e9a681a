"""Reads the one customer that an organization has at Stripe now; those deleted there are history."""

from django.conf import settings

from accounts.models import Organization
from billing.models import Customer


def current_customer(organization: Organization | None) -> Customer | None:
    """The organization's customer in this mode that Stripe has, or is about to have; None before the first."""
    if organization is None:
        return None
    return Customer.objects.filter(
        organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_deleted=False
    ).first()


def customer_currency(organization: Organization | None) -> str:
    """The currency that Stripe fixed with the customer's first invoice, in lower case, or empty."""
    customer = current_customer(organization)
    return customer.currency if customer else ""
