"""Writes the typed row of a customer. The link to an organization is ours: it is never taken from an e-mail."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from billing.gateway import objects
from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.details import write_details
from billing.mirror.rows.discount import write_discounts
from billing.mirror.written import Change, Fetched, Written
from billing.models import ChargeAttempt, Customer, Invoice, PaymentMethod, Subscription
from billing.terms import ObjectKind

METADATA_KEY = "billing_customer"


def ask_more(obj: Any) -> dict[str, Any]:
    """All payment methods of a customer of ours: one whose event was lost comes in, or goes, with the customer."""
    is_ours = Customer.objects.filter(stripe_customer_id=obj["id"]).exists()
    return {"payment_methods": objects.list_payment_methods(obj["id"]) if is_ours else []}


def write(fetched: Fetched) -> Written:
    row = _find(fetched)
    if row is None:
        return Written()
    row.fetched_at = fetched.system_at
    if fetched.obj is None or shapes.value(fetched.obj, "deleted"):
        changes = () if row.is_deleted else (Change("", "deleted"),)
        row.is_deleted = True
        row.default_stripe_payment_method_id = ""
        row.save(update_fields=["is_deleted", "default_stripe_payment_method_id", "fetched_at"])
        return Written(row.organization_id, changes, follow=_gone_with(fetched.ref.stripe_id))
    card_before = row.default_stripe_payment_method_id
    fill(row, fetched.obj)
    row.save()
    write_details(row, fetched.obj, now=fetched.system_at)
    discount = shapes.value(fetched.obj, "discount")
    write_discounts([discount] if discount else [], stripe_customer_id=fetched.ref.stripe_id, now=fetched.system_at)
    card = row.default_stripe_payment_method_id
    cards = (ObjectRef(ObjectKind.PAYMENT_METHOD, card),) if card else ()
    others = _changed_methods(fetched.ref.stripe_id, fetched.extra["payment_methods"])
    return Written(
        row.organization_id,
        changes=_card_change(card_before, card),
        follow=(*dict.fromkeys((*cards, *others)), *_orphans(fetched.ref.stripe_id)),
    )


def _card_change(before: str, after: str) -> tuple[Change, ...]:
    """Another method is charged from now on where a subscription has none of its own."""
    return () if before == after or not after else (Change(before, after, aspect="payment_method"),)


def _changed_methods(stripe_customer_id: str, found: list[Any]) -> list[ObjectRef]:
    """Those of which our row is missing or says another date, and those that the customer has no longer."""
    rows = {
        row.stripe_payment_method_id: row
        for row in PaymentMethod.objects.filter(
            Q(stripe_customer_id=stripe_customer_id) | Q(stripe_payment_method_id__in=[obj["id"] for obj in found])
        )
    }
    news = [obj["id"] for obj in found if _differs(rows.pop(obj["id"], None), obj)]
    return [ObjectRef(ObjectKind.PAYMENT_METHOD, stripe_id) for stripe_id in (*news, *rows)]


def _differs(row: PaymentMethod | None, obj: Any) -> bool:
    printed = (shapes.value(obj, "card", "exp_year"), shapes.value(obj, "card", "exp_month"))
    return (
        row is None
        or row.stripe_customer_id != shapes.text(obj, "customer")
        or (row.card_exp_year, row.card_exp_month) != printed
    )


def fill(row: Customer, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.currency = shapes.text(obj, "currency")
    row.default_stripe_payment_method_id = shapes.text(obj, "invoice_settings", "default_payment_method")
    row.is_delinquent = bool(shapes.value(obj, "delinquent"))
    row.stripe_created_at = shapes.moment(obj, "created")


def of_cut_off_creation(obj: Any) -> QuerySet[Customer]:
    """Our row that waits for this customer's id: its UUID went into the metadata before the answer reached us."""
    try:
        ours = uuid.UUID(shapes.text(obj, "metadata", METADATA_KEY))
    except ValueError:
        return Customer.objects.none()
    return Customer.objects.filter(uuid=ours, stripe_customer_id=None)


def _find(fetched: Fetched) -> Customer | None:
    """Our row by Stripe's id, or by the UUID in the metadata."""
    row = Customer.objects.select_for_update().filter(stripe_customer_id=fetched.ref.stripe_id).first()
    if row is not None or fetched.obj is None:
        return row
    row = of_cut_off_creation(fetched.obj).select_for_update().first()
    if row is not None:
        row.stripe_customer_id = fetched.ref.stripe_id
        row.creation_name = row.creation_email = ""
    return row


def _gone_with(stripe_customer_id: str) -> tuple[ObjectRef, ...]:
    """Stripe ends a deleted customer's subscriptions and detaches its methods: each is refreshed to learn of it."""
    subscriptions = Subscription.objects.filter(stripe_customer_id=stripe_customer_id, ended_at=None)
    methods = PaymentMethod.objects.filter(stripe_customer_id=stripe_customer_id)
    return (
        *(
            ObjectRef(ObjectKind.SUBSCRIPTION, found)
            for found in subscriptions.values_list("stripe_subscription_id", flat=True)
        ),
        *(
            ObjectRef(ObjectKind.PAYMENT_METHOD, found)
            for found in methods.values_list("stripe_payment_method_id", flat=True)
        ),
    )


def _orphans(stripe_customer_id: str) -> list[ObjectRef]:
    """Rows that came before the link was known: each is refreshed again to learn whose it is."""
    of_customer = {"stripe_customer_id": stripe_customer_id, "organization": None}
    subscriptions = Subscription.objects.filter(**of_customer).values_list("stripe_subscription_id", flat=True)
    invoices = Invoice.objects.filter(**of_customer).values_list("stripe_invoice_id", flat=True)
    charges = ChargeAttempt.objects.filter(**of_customer).values_list("stripe_charge_id", flat=True)
    return [
        *(ObjectRef(ObjectKind.SUBSCRIPTION, found) for found in subscriptions),
        *(ObjectRef(ObjectKind.INVOICE, found) for found in invoices),
        *(ObjectRef(ObjectKind.CHARGE, found) for found in charges),
    ]
