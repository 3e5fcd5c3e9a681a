"""Events about charges."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def charge(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


HANDLERS: Handlers = {
    "charge.succeeded": charge,
    "charge.failed": charge,
    "charge.pending": charge,
    "charge.updated": charge,
    "charge.captured": charge,
    "charge.expired": charge,
    "charge.refunded": charge,
}
