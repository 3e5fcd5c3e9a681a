"""Which handler an event type has; types without one are stored and left alone."""

import orjson

from billing.services.sync import ObjectRef
from webhooks.handlers import (
    catalogue,
    charge,
    checkout_session,
    credit_note,
    customer,
    dispute,
    invoice,
    payment_method,
    refund,
    subscription,
    subscription_schedule,
    thin,
)
from webhooks.handlers.payload import Handlers

HANDLERS: Handlers = {
    **customer.HANDLERS,
    **subscription.HANDLERS,
    **subscription_schedule.HANDLERS,
    **invoice.HANDLERS,
    **credit_note.HANDLERS,
    **charge.HANDLERS,
    **refund.HANDLERS,
    **dispute.HANDLERS,
    **payment_method.HANDLERS,
    **checkout_session.HANDLERS,
    **catalogue.HANDLERS,
}


def event_types() -> list[str]:
    """The event types that this product acts upon: the list for the endpoint at Stripe."""
    return sorted(HANDLERS)


def objects_of(event_type: str, *, body: bytes) -> list[ObjectRef]:
    """The objects to refresh after an event of this type, its own first; none if the type has no handler.

    Raises whatever a handler raises over a payload that it does not understand, and ValueError if it is no JSON.
    """
    handler = thin.related_object if thin.is_thin(event_type) else HANDLERS.get(event_type)
    return handler(orjson.loads(body)) if handler else []


def why_ignored(event_type: str) -> str:
    """What staff should know of an event that led nowhere; empty where its type says it all."""
    return "A thin event about nothing that is kept here." if thin.is_thin(event_type) else ""
