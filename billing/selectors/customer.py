"""Reads the one customer that an organization has at Stripe now; those deleted there are history."""

from django.conf import settings

from accounts.models import Organization
from billing.models import Customer, Erasure
from billing.terms import IntentState


def current_customer(organization: Organization | None) -> Customer | None:
    """The organization's customer in this mode that Stripe has, or is about to have; None before the first."""
    if organization is None:
        return None
    return Customer.objects.filter(
        organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_deleted=False
    ).first()


def is_closing(organization: Organization) -> bool:
    """Whether somebody has begun to delete the organization, or it is deleted: nothing begins for it any more."""
    return Erasure.objects.filter(organization=organization).exclude(state=IntentState.FAILED).exists()


def customer_currency(organization: Organization | None) -> str:
    """The currency that Stripe fixed with the customer's first invoice, in lower case, or empty."""
    customer = current_customer(organization)
    return customer.currency if customer else ""
