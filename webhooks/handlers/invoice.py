"""Events about invoices; those that move the subscription name it too, in case its own event is lost."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, named, subject, subscription_of_invoice


def invoice_created(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_finalized(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_sent(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_overdue(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_will_be_due(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_deleted(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE)]


def invoice_finalization_failed(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_paid(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_payment_succeeded(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_payment_failed(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_payment_action_required(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_voided(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_marked_uncollectible(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.INVOICE), *subscription_of_invoice(event)]


def invoice_upcoming(event: Event) -> list[ObjectRef]:
    """An invoice that does not exist yet has no id; it is a hint about its subscription."""
    return subscription_of_invoice(event)


def invoice_payment_paid(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.INVOICE, "invoice")]
