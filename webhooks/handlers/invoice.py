"""Events about invoices; those that move the subscription name it too, in case its own event is lost."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, named, subject, subscription_of_invoice


def invoice(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_and_subscription(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def upcoming(event: Event) -> list[ObjectRef]:
    """An invoice that does not exist yet has no id; it is a hint about its subscription."""
    return subscription_of_invoice(event)


def invoice_payment(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE_PAYMENT), named(event, ObjectKind.INVOICE, "invoice")]


HANDLERS: Handlers = {
    "invoice.created": invoice,
    "invoice.updated": invoice,
    "invoice.finalized": invoice,
    "invoice.sent": invoice,
    "invoice.overdue": invoice,
    "invoice.will_be_due": invoice,
    "invoice.deleted": invoice,
    "invoice.finalization_failed": invoice_and_subscription,
    "invoice.paid": invoice_and_subscription,
    "invoice.payment_succeeded": invoice_and_subscription,
    "invoice.payment_failed": invoice_and_subscription,
    "invoice.payment_action_required": invoice_and_subscription,
    "invoice.voided": invoice_and_subscription,
    "invoice.marked_uncollectible": invoice_and_subscription,
    "invoice.upcoming": upcoming,
    "invoice_payment.paid": invoice_payment,
}
