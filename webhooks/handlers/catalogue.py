"""Events about products and prices."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, subject


def product(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRODUCT)]


def price(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRICE)]


HANDLERS: Handlers = {
    "product.created": product,
    "product.updated": product,
    "product.deleted": product,
    "price.created": price,
    "price.updated": price,
    "price.deleted": price,
}
