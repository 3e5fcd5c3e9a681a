"""Events about credit notes; the invoice changes with each."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def credit_note(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CREDIT_NOTE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


HANDLERS: Handlers = {
    "credit_note.created": credit_note,
    "credit_note.updated": credit_note,
    "credit_note.voided": credit_note,
}
