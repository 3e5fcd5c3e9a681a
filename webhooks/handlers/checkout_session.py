"""Events about hosted checkout: the session, and what it made."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, perhaps, subject


def checkout_session_completed(event: Event) -> list[ObjectRef]:
    return _session_and_what_it_made(event)


def checkout_session_async_payment_succeeded(event: Event) -> list[ObjectRef]:
    return _session_and_what_it_made(event)


def checkout_session_async_payment_failed(event: Event) -> list[ObjectRef]:
    return _session_and_what_it_made(event)


def checkout_session_expired(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHECKOUT_SESSION)]


def _session_and_what_it_made(event: Event) -> list[ObjectRef]:
    return [
        subject(event, ObjectKind.CHECKOUT_SESSION),
        *perhaps(event, ObjectKind.CUSTOMER, "customer"),
        *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription"),
        *perhaps(event, ObjectKind.INVOICE, "invoice"),
    ]
