"""Events about refunds; the charge changes with each."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def refund(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.REFUND), *perhaps(event, ObjectKind.CHARGE, "charge")]


HANDLERS: Handlers = {
    "refund.created": refund,
    "refund.updated": refund,
    "refund.failed": refund,
    "charge.refund.updated": refund,
}
