"""Events about customers, their tax ids and discounts: each changes the customer."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, named, perhaps, subject


def customer(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CUSTOMER)]


def tax_id(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer")]


def discount(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer"), *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription")]


HANDLERS: Handlers = {
    "customer.created": customer,
    "customer.updated": customer,
    "customer.deleted": customer,
    "customer.tax_id.created": tax_id,
    "customer.tax_id.updated": tax_id,
    "customer.tax_id.deleted": tax_id,
    "customer.discount.created": discount,
    "customer.discount.updated": discount,
    "customer.discount.deleted": discount,
}
