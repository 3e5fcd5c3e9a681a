"""Finds the organization that a Stripe customer stands for; it must not guess."""

from billing.mirror.refs import ObjectRef
from billing.models import Customer
from billing.terms import ObjectKind


def organization_id_of(stripe_customer_id: str) -> int | None:
    if not stripe_customer_id:
        return None
    return (
        Customer.objects.filter(stripe_customer_id=stripe_customer_id)
        .values_list("organization_id", flat=True)
        .first()
    )


def ask_for_customer(stripe_customer_id: str, *, organization_id: int | None) -> tuple[ObjectRef, ...]:
    """A customer that we do not know yet may be one of ours whose creation was cut off: look at it."""
    if organization_id is not None or not stripe_customer_id:
        return ()
    return (ObjectRef(ObjectKind.CUSTOMER, stripe_customer_id),)
