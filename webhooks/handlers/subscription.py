"""Events about subscriptions."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, subject


def customer_subscription_created(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_deleted(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_paused(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_resumed(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_trial_will_end(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_pending_update_applied(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]


def customer_subscription_pending_update_expired(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.SUBSCRIPTION)]
