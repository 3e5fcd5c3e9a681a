"""Use case: a person comes back from Stripe's portal; what may have changed there is looked at at once."""

from accounts.models import Organization
from billing.mirror.glance import glance
from billing.mirror.refs import ObjectRef
from billing.selectors.customer import current_customer
from billing.selectors.subscription import live_subscriptions
from billing.terms import ObjectKind

_SECONDS = 2.0


def catch_up_after_portal(organization: Organization) -> None:
    """Fetch the organization's live subscriptions and customer, with the cards and invoices that they name.

    Takes about two seconds at most: the webhooks bring what is left. Never raises for a silent Stripe; changes
    nothing there; safe to repeat.
    """
    refs = [
        ObjectRef(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id) for row in live_subscriptions(organization)
    ]
    customer = current_customer(organization)
    if customer is not None and customer.stripe_customer_id:
        refs.append(ObjectRef(ObjectKind.CUSTOMER, customer.stripe_customer_id))
    glance(refs, seconds=_SECONDS)
