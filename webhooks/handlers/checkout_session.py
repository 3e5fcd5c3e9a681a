"""Events about hosted checkout: the session, and what it made."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def expired(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHECKOUT_SESSION)]


def completed(event: Event) -> list[ObjectRef]:
    return [
        subject(event, ObjectKind.CHECKOUT_SESSION),
        *perhaps(event, ObjectKind.CUSTOMER, "customer"),
        *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription"),
        *perhaps(event, ObjectKind.INVOICE, "invoice"),
    ]


HANDLERS: Handlers = {
    "checkout.session.completed": completed,
    "checkout.session.async_payment_succeeded": completed,
    "checkout.session.async_payment_failed": completed,
    "checkout.session.expired": expired,
}
