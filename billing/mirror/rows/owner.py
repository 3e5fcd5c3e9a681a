"""Finds the organization that a Stripe customer or charge stands for; it must not guess."""

from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Customer
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


def organization_id_of_charge(stripe_charge_id: str) -> int | None:
    """Whose charge it was. Refunds, disputes and warnings name the charge and no customer."""
    return (
        ChargeAttempt.objects.filter(stripe_charge_id=stripe_charge_id)
        .values_list("organization_id", flat=True)
        .first()
    )


def ask_for_charge(stripe_charge_id: str, *, organization_id: int | None) -> tuple[ObjectRef, ...]:
    """A charge that has not come yet, or not with its customer: once it has, it asks for what hangs on it."""
    if organization_id is not None or not stripe_charge_id:
        return ()
    return (ObjectRef(ObjectKind.CHARGE, stripe_charge_id),)
