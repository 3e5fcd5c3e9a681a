"""Events about subscriptions."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, subject


def subscription(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


HANDLERS: Handlers = {
    "customer.subscription.created": subscription,
    "customer.subscription.updated": subscription,
    "customer.subscription.deleted": subscription,
    "customer.subscription.paused": subscription,
    "customer.subscription.resumed": subscription,
    "customer.subscription.trial_will_end": subscription,
    "customer.subscription.pending_update_applied": subscription,
    "customer.subscription.pending_update_expired": subscription,
}
