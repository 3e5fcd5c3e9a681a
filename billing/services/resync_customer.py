"""Use case: staff have all that hangs on a customer fetched from Stripe again; nothing is changed there."""

from django.conf import settings
from django.db import transaction

from accounts.models import Organization
from billing import audit
from billing.casework import StaffWish
from billing.errors import NotFound
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Customer, Invoice, Subscription
from billing.terms import ObjectKind

MOST_INVOICES = 100
"""The newest so many: a refresh of an invoice brings its charges and what went back of them."""


def resync_customer(organization: Organization, *, wish: StaffWish) -> int:
    """Ask for a fetch of the customers, subscriptions and newest invoices of this mode; how many objects.

    What is found is news like any other: mails and cases follow from it. Safe to repeat: calls before the next fetch
    share it. Raises NotFound for an organization that is no customer at Stripe.
    """
    here = {"organization": organization, "livemode": settings.STRIPE_LIVE_MODE}
    kinds = (
        (ObjectKind.CUSTOMER, Customer.objects.exclude(stripe_customer_id=None), "stripe_customer_id"),
        (ObjectKind.SUBSCRIPTION, Subscription.objects.all(), "stripe_subscription_id"),
        (ObjectKind.INVOICE, Invoice.objects.order_by("-created_at"), "stripe_invoice_id"),
    )
    refs = [
        ObjectRef(kind, str(stripe_id))
        for kind, rows, column in kinds
        for stripe_id in rows.filter(**here).values_list(column, flat=True)[:MOST_INVOICES]
    ]
    if not refs:
        raise NotFound("This organization is no customer at Stripe.")
    with transaction.atomic():
        work.want(refs)
        audit.record(
            "customer_resynced",
            subject=str(organization.uuid),
            organization=organization,
            actor=wish.actor,
            reason=wish.reason,
            objects=len(refs),
        )
    return len(refs)
