"""Events about prices."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, subject


def price_created(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRICE)]


def price_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRICE)]


def price_deleted(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PRICE)]
