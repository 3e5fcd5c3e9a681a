"""Events about products."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, subject


def product_created(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRODUCT)]


def product_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRODUCT)]


def product_deleted(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRODUCT)]
